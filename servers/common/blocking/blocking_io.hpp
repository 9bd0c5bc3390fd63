// How the blocking models wait: each operation of a session is performed on the calling thread, which sleeps in
// poll(2) until it is done: a deadline is a point in time, and stop() must wake a thread that waits for its client. A
// server that can wake its threads itself lets them wait for the next request in recv(2) and saves that system call.
#pragma once
#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <span>

#include "core/base/unique_fd.hpp"
#include "core/service/session.hpp"
#include "core/trace/trace_recorder.hpp"
#include "servers/common/blocking/backend_pool.hpp"
#include "servers/common/wake_event.hpp"

namespace interleave {

// A session whose requests may be served by different threads, one after another.
class RequestSession {
 public:
  enum class Outcome { waits, has_next, ended };  // for its client; read already; to be closed

  // `trace_id`: the connection's number in the trace.
  RequestSession(Session& session, int client, std::uint32_t trace_id)
      : session_(session), client_(client), trace_id_(trace_id) {}

  // Until when it may wait for its client before its session is told. REQUIRES: a fresh session or Outcome::waits.
  TimePoint begin_wait();
  // Nothing came: its time is over, or the client is gone. Empty: the client closed in order. The session has ended.
  void end_wait(std::error_code why);
  [[nodiscard]] const std::error_code& client_error() const noexcept { return client_error_; }
  [[nodiscard]] std::uint32_t trace_id() const noexcept { return trace_id_; }

 private:
  friend class BlockingIo;
  Session& session_;
  int client_;
  std::uint32_t trace_id_;
  std::optional<ReadOp> wait_;  // for the first byte of a request
  std::error_code client_error_;
};

// Where a thread waits for the next request of its client. in_recv: the socket has SO_RCVTIMEO (set_receive_timeout),
// and stop() raises its event, then ends the input of the sockets.
enum class IdleWait { in_poll, in_recv };

// Drives sessions on the calling thread. Not thread-safe; one per thread.
class BlockingIo {
 public:
  BlockingIo(BlockingBackendPool& backend, const WakeEvent& stop, TraceRecorder* trace,
             IdleWait idle_wait = IdleWait::in_poll)
      : backend_(backend), stop_(stop), idle_wait_(idle_wait), trace_(trace) {}

  // Runs the session to its end. stop() ends it as soon as it waits for its client. The last error of the client's
  // socket is returned: a reset, a failed write; none if it ended in order. `trace_id`: if another thread accepted
  // it.
  std::error_code serve(Session& session, int client);
  std::error_code serve(Session& session, int client, std::uint32_t trace_id);

  // Reads one request, which has begun to arrive, and serves it.
  RequestSession::Outcome serve_request(RequestSession& request);

 private:
  RequestSession::Outcome run_request(RequestSession& request);
  void perform(const IoOp& op, RequestSession& request);
  void perform(const ReadOp& op, RequestSession& request);
  enum class Arrival { awaited, seen, in_recv };  // seen: the selector says that bytes are there
  // False: no bytes came.
  bool receive(const ReadOp& op, RequestSession& request, Arrival arrival = Arrival::awaited);
  void perform(const WriteOp& op, RequestSession& request);
  void perform(const BackendOp& op, RequestSession& request);
  void perform(const FileReadOp& op, RequestSession& request);
  void perform(const SleepOp& op, RequestSession& request);

  BlockingBackendPool& backend_;
  const WakeEvent& stop_;
  IdleWait idle_wait_;
  TraceLane trace_;
  std::array<std::byte, 16 * std::size_t{1024}> buffer_{};
};

// Waits until `fd` is ready for `events` or, if `stop` is given, until it is raised.
// Empty: ready. timed_out: the deadline passed. operation_canceled: stopped.
[[nodiscard]] std::error_code wait_for(int fd, short events, TimePoint deadline, const WakeEvent* stop = nullptr);

// recv(2) on `fd` gives up after that long.
void set_receive_timeout(int fd, std::chrono::milliseconds timeout);

// Sends all of `bytes`, waiting for room until the deadline.
[[nodiscard]] std::error_code send_all(int fd, std::span<const std::byte> bytes, TimePoint deadline);

// Closes a client's connection so that it can read the last reply: what it sent meanwhile is discarded first, since
// closing with unread bytes resets the connection and takes the reply with it.
void close_client(UniqueFd client);

}  // namespace interleave
