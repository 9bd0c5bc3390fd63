// The steps of one request, run until one must wait. No protocol, no clock: Session wraps HTTP around it.
// Not thread-safe; reused from request to request so that its buffers are.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <vector>

#include "core/service/io_op.hpp"
#include "core/service/reply_body.hpp"
#include "core/service/service.hpp"

namespace interleave {

class RequestRun {
 public:
  enum class Progress : std::uint8_t { needs_calls, needs_file, needs_sleep, done };

  // `id` names the request to the backend. The route must outlive the run.
  void start(const Service::PreparedRoute& route, std::optional<std::uint64_t> id);

  // Runs steps, CPU work included, until something must be waited for or no step is left. The one thing that may hold
  // the thread here is the lock of a `lock` step: other requests' CPU work, no I/O.
  // REQUIRES: started; what it asked for has been settled.
  [[nodiscard]] Progress advance();

  // What it needs. Valid until the next advance() or start().
  [[nodiscard]] std::span<BackendCall> calls() noexcept { return calls_; }  // after needs_calls
  [[nodiscard]] FileReadOp file() noexcept { return file_; }                // after needs_file
  [[nodiscard]] SleepOp sleep() const noexcept {
    return {.duration = sleep_};
  }  // after needs_sleep; nothing to settle

  struct Outcome {
    std::size_t failed_calls = 0;
    int status = 200;  // anything else: the request has failed, its remaining steps are skipped
  };
  // The calls have been answered; `error` of the operation goes to each call without an outcome of its own. 504 if
  // any call took too long, else 502 if any failed, else 503 if any was not made for want of room.
  Outcome settle_calls(std::error_code error) noexcept;
  // 500 unless the whole file was read.
  Outcome settle_file(const IoResult& result) noexcept;

  [[nodiscard]] const Service::PreparedRoute& route() const noexcept { return *route_; }

  // After done: the JSON body. Valid until the next start().
  [[nodiscard]] ReplyBody body() const noexcept;

 private:
  void prepare(const Service::PreparedCalls& step);
  void prepare(const Service::PreparedFile& step);
  void perform(const Service::PreparedSerialize& step);

  const Service::PreparedRoute* route_ = nullptr;
  std::optional<std::uint64_t> id_;
  std::size_t next_step_ = 0;
  std::uint32_t calls_made_ = 0;  // numbers the next one
  std::uint64_t bytes_ = 0;
  std::uint64_t items_made_ = 0;
  bool has_items_ = false;
  std::string items_;
  std::vector<std::string> call_texts_;  // grows only, so that its texts' memory is kept
  std::vector<BackendCall> calls_;
  FileReadOp file_{};
  std::vector<std::byte> file_bytes_;
  std::chrono::nanoseconds sleep_{0};
};

}  // namespace interleave
