// How the blocking models wait: each operation of a session is performed on the calling thread, which sleeps in
// poll(2) until it is done. poll and not SO_RCVTIMEO, because a deadline is a point in time and because stop() must
// wake a thread that waits for its client.
#pragma once
#include <array>
#include <cstddef>
#include <optional>

#include "core/backend/resp.hpp"
#include "core/base/unique_fd.hpp"
#include "core/net/endpoint.hpp"
#include "core/service/session.hpp"
#include "servers/common/stop_event.hpp"

namespace interleave {

// One connection to the backend, opened at first use and again after a failure. Not thread-safe.
class BlockingBackend {
 public:
  explicit BlockingBackend(Endpoint endpoint) : endpoint_(std::move(endpoint)) {}

  // Sends the call and waits for its reply; the outcome goes into `call`. After any failure the connection is
  // closed: RESP has no ids, and a late reply would answer the next call.
  void perform(BackendCall& call, TimePoint deadline);

 private:
  std::error_code exchange(BackendCall& call, TimePoint deadline);
  std::error_code connect(TimePoint deadline);
  std::error_code read_reply(BackendCall& call, TimePoint deadline);

  Endpoint endpoint_;
  UniqueFd fd_;
  ReplyReader reader_;
  std::array<std::byte, 16 * 1024> buffer_{};
};

// Drives sessions on the calling thread. Not thread-safe; one per thread.
class BlockingIo {
 public:
  BlockingIo(BlockingBackend& backend, const StopEvent& stop) : backend_(backend), stop_(stop) {}

  // Runs the session to its end. stop() ends it as soon as it waits for its client. The last error of the client's
  // socket is returned: a reset, a failed write; none if it ended in order.
  std::error_code serve(Session& session, int client);

 private:
  void perform(const ReadOp& op, Session& session, int client);
  void perform(const WriteOp& op, Session& session, int client);
  void perform(const BackendOp& op, Session& session);

  BlockingBackend& backend_;
  const StopEvent& stop_;
  std::error_code client_error_;
  std::array<std::byte, 16 * 1024> buffer_{};
};

// Waits until `fd` is ready for `events` or, if `stop` is given, until it is raised.
// Empty: ready. timed_out: the deadline passed. operation_canceled: stopped.
[[nodiscard]] std::error_code wait_for(int fd, short events, TimePoint deadline, const StopEvent* stop = nullptr);

// Sends all of `bytes`, waiting for room until the deadline.
[[nodiscard]] std::error_code send_all(int fd, std::span<const std::byte> bytes, TimePoint deadline);

// Closes a client's connection so that it can read the last reply: what it sent meanwhile is discarded first, since
// closing with unread bytes resets the connection and takes the reply with it.
void close_client(UniqueFd client);

}  // namespace interleave
