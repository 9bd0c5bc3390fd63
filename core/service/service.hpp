// What a server offers: the workload's routes prepared for sessions. Immutable after construction; one instance is
// shared by all sessions and threads of a server.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "core/service/cpu_work.hpp"
#include "core/workload/workload.hpp"

namespace interleave {

class Service {
 public:
  // A step with everything looked up: service name instead of index, iterations instead of nominal time.
  struct PreparedCall {
    std::string service;
  };
  struct PreparedCpu {
    std::uint64_t iterations = 0;
  };
  struct PreparedSerialize {
    std::uint32_t items = 0;
  };
  using PreparedStep = std::variant<PreparedCall, PreparedCpu, PreparedSerialize>;
  struct PreparedRoute {
    std::string name;  // the target without its slash, as it stands in reply bodies
    std::vector<PreparedStep> steps;
    std::size_t max_overlapping_calls = 0;  // largest BackendOp this route can ask for
    std::string json_start;  // {"route":"NAME","calls": - what every JSON body of the route starts with
    std::string text;        // not empty: the body, as text/plain, instead of JSON
  };

  // REQUIRES: workload has at least one route; rate > 0 if any route has a cpu step.
  Service(const Workload& workload, CpuRate rate);

  // The route of a path (no query), nullptr if there is none. "/" and "/healthz" always exist: with no steps, unless
  // the workload defines them.
  [[nodiscard]] const PreparedRoute* find(std::string_view path) const noexcept;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  };
  std::unordered_map<std::string, PreparedRoute, Hash, std::equal_to<>> routes_;
};

}  // namespace interleave
