// One HTTP/1.1 connection as a pure state machine: parsing, routing, the steps of a request and the response writer,
// without socket, clock or thread. A server model drives it:
//
//   for (IoOp op = s.next(now()); !is_close(op); op = s.next(now())) perform(op, s);     // a blocking model
//
// Not thread-safe, not movable (operations point into it); may be driven by different threads one after another.
// Does not throw and, once its buffers have grown to the connection's need, does not allocate.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "core/base/clock.hpp"
#include "core/service/counters.hpp"
#include "core/service/io_op.hpp"
#include "core/service/service.hpp"

namespace interleave {

// Limits on one client; all bounded, all options of the servers.
struct SessionLimits {
  std::size_t head_bytes = std::size_t{16} * 1024;    // request line + headers; beyond: 431
  std::size_t body_bytes = std::size_t{1024} * 1024;  // beyond: 413
  std::chrono::milliseconds idle_timeout{60'000};     // between requests
  std::chrono::milliseconds head_timeout{10'000};     // first byte of a request to its end; fixed once per request
  std::chrono::milliseconds write_timeout{30'000};
  std::chrono::milliseconds backend_timeout{10'000};  // per step; beyond: 504
};

struct SessionOptions {
  SessionLimits limits;
  bool keep_alive = true;               // false: one request per connection, every reply says "Connection: close"
  bool yield_between_requests = false;  // pipelined requests are separated by a BoundaryOp
};

class Session {
 public:
  // `service`, `counters` and `shard` (a shard of it) must outlive the session.
  Session(const Service& service, const SessionOptions& options, Counters& counters, Counters::Shard& shard);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // REQUIRES: no operation pending. Runs CPU steps until it must wait, then says for what.
  [[nodiscard]] IoOp next(TimePoint now);

  // Answers a ReadOp. Empty: the peer closed its side. The bytes are borrowed until the following next() returns;
  // what is left of them then (the head of a next request) has been copied.
  void complete_read(std::span<const std::byte> data);

  // Answers any other operation, or a ReadOp that failed; exactly once per next().
  // ReadOp: error = timed_out when its deadline passed, else the socket's error.
  void complete(IoResult result);

  // The next reply says "Connection: close", and an idle connection is closed by the next next(): how stop() ends
  // keep-alive.
  void drain();

  // The thread that drives the session changed: count on this shard from now on.
  void use_shard(Counters::Shard& shard);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace interleave
