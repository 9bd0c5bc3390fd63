// How the blocking models wait: each operation of a session is performed on the calling thread, which sleeps in
// poll(2) until it is done. poll and not SO_RCVTIMEO, because a deadline is a point in time and because stop() must
// wake a thread that waits for its client.
#pragma once
#include <array>
#include <cstddef>
#include <optional>
#include <span>

#include "core/base/unique_fd.hpp"
#include "core/service/session.hpp"
#include "servers/common/blocking/backend_pool.hpp"
#include "servers/common/wake_event.hpp"

namespace interleave {

// A session whose requests may be served by different threads, one after another.
class RequestSession {
 public:
  enum class Outcome { waits, has_next, ended };  // for its client; read already; to be closed

  RequestSession(Session& session, int client) : session_(session), client_(client) {}

  // Until when it may wait for its client before its session is told. REQUIRES: a fresh session or Outcome::waits.
  TimePoint begin_wait();
  // Nothing came: its time is over, or the client is gone. Empty: the client closed in order. The session has ended.
  void end_wait(std::error_code why);
  [[nodiscard]] const std::error_code& client_error() const noexcept { return client_error_; }

 private:
  friend class BlockingIo;
  Session& session_;
  int client_;
  std::optional<ReadOp> wait_;  // for the first byte of a request
  std::error_code client_error_;
};

// Drives sessions on the calling thread. Not thread-safe; one per thread.
class BlockingIo {
 public:
  BlockingIo(BlockingBackendPool& backend, const WakeEvent& stop) : backend_(backend), stop_(stop) {}

  // Runs the session to its end. stop() ends it as soon as it waits for its client. The last error of the client's
  // socket is returned: a reset, a failed write; none if it ended in order.
  std::error_code serve(Session& session, int client);

  // Reads one request, which has begun to arrive, and serves it.
  RequestSession::Outcome serve_request(RequestSession& request);

 private:
  void perform(const IoOp& op, RequestSession& request);
  void perform(const ReadOp& op, RequestSession& request);
  static void perform(const WriteOp& op, RequestSession& request);
  void perform(const BackendOp& op, RequestSession& request);

  BlockingBackendPool& backend_;
  const WakeEvent& stop_;
  std::array<std::byte, 16 * std::size_t{1024}> buffer_{};
};

// Waits until `fd` is ready for `events` or, if `stop` is given, until it is raised.
// Empty: ready. timed_out: the deadline passed. operation_canceled: stopped.
[[nodiscard]] std::error_code wait_for(int fd, short events, TimePoint deadline, const WakeEvent* stop = nullptr);

// Sends all of `bytes`, waiting for room until the deadline.
[[nodiscard]] std::error_code send_all(int fd, std::span<const std::byte> bytes, TimePoint deadline);

// Closes a client's connection so that it can read the last reply: what it sent meanwhile is discarded first, since
// closing with unread bytes resets the connection and takes the reply with it.
void close_client(UniqueFd client);

}  // namespace interleave
