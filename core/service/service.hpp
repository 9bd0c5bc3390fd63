// What a server offers: the workload's routes prepared for sessions. Immutable after construction, but for the lock
// of the `lock` steps; one instance is shared by all sessions and threads of a server.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "core/service/cpu_work.hpp"
#include "core/service/scratch_file.hpp"
#include "core/workload/workload.hpp"

namespace interleave {

class Service {
 public:
  // A step with everything looked up: service name instead of index, iterations instead of nominal time.
  struct PreparedCalls {
    std::vector<std::string> services;  // called at the same time, where the model can
  };
  struct PreparedCpu {
    std::uint64_t iterations = 0;
  };
  struct PreparedSerialize {
    std::uint32_t items = 0;
  };
  struct PreparedFile {
    const ScratchFile* file = nullptr;  // owned by the service
  };
  struct PreparedSleep {
    std::chrono::nanoseconds duration{0};
  };
  struct PreparedLock {
    std::uint64_t iterations = 0;
    std::mutex* mutex = nullptr;  // owned by the service
  };
  using PreparedStep =
      std::variant<PreparedCalls, PreparedCpu, PreparedSerialize, PreparedFile, PreparedSleep, PreparedLock>;
  struct PreparedRoute {
    std::string name;  // the target without its slash, as it stands in reply bodies
    std::vector<PreparedStep> steps;
    std::size_t max_overlapping_calls = 0;  // largest BackendOp this route can ask for
    std::string json_start;  // {"route":"NAME","calls": - what every JSON body of the route starts with
    std::string text;        // not empty: the body, as text/plain, instead of JSON
  };

  // REQUIRES: workload has at least one route; rate > 0 if has_cpu_work(workload). Writes a file for each size that a
  // `file` step reads; throws UsageError if it cannot.
  Service(const Workload& workload, CpuRate rate);

  // The route of a path (no query), nullptr if there is none. "/" and "/healthz" always exist: with no steps, unless
  // the workload defines them.
  [[nodiscard]] const PreparedRoute* find(std::string_view path) const noexcept;

 private:
  [[nodiscard]] PreparedRoute prepare(const Route& route, const Workload& workload, CpuRate rate);
  [[nodiscard]] PreparedStep prepare(const Step& step, const Workload& workload, CpuRate rate);
  [[nodiscard]] const ScratchFile* file_of(std::uint64_t bytes);

  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  };
  std::unordered_map<std::string, PreparedRoute, Hash, std::equal_to<>> routes_;
  std::vector<std::unique_ptr<ScratchFile>> files_;  // one for each size
  std::mutex lock_;                                  // of all `lock` steps
};

}  // namespace interleave
