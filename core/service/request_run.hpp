// The steps of one request, run until one must wait. No protocol, no clock: Session wraps HTTP around it.
// Not thread-safe; reused from request to request so that its buffers are.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <system_error>

#include "core/service/io_op.hpp"
#include "core/service/reply_body.hpp"
#include "core/service/service.hpp"

namespace interleave {

class RequestRun {
 public:
  enum class Progress : std::uint8_t { needs_calls, done };

  // `id` names the request to the backend. The route must outlive the run.
  void start(const Service::PreparedRoute& route, std::optional<std::uint64_t> id);

  // Runs steps, CPU work included, until calls are needed or no step is left.
  // REQUIRES: started; calls it asked for have been settled.
  [[nodiscard]] Progress advance();

  // After needs_calls: what to ask the backend. Valid until the next advance() or start().
  [[nodiscard]] std::span<BackendCall> calls() noexcept { return {&call_, 1}; }

  struct Outcome {
    std::size_t failed_calls = 0;
    int status = 200;  // 502 or 504: the request has failed, its remaining steps are skipped
  };
  // The calls have been answered; `error` of the operation goes to each call without an outcome of its own.
  Outcome settle(std::error_code error) noexcept;

  [[nodiscard]] const Service::PreparedRoute& route() const noexcept { return *route_; }

  // After done: the JSON body. Valid until the next start().
  [[nodiscard]] ReplyBody body() const noexcept;

 private:
  const Service::PreparedRoute* route_ = nullptr;
  std::optional<std::uint64_t> id_;
  std::size_t next_step_ = 0;
  std::uint32_t calls_made_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t items_made_ = 0;
  bool has_items_ = false;
  std::string items_;
  std::string call_text_;
  BackendCall call_;
};

}  // namespace interleave
