// A non-blocking byte stream as a loop model provides it: the only thing the shared loop code knows of libuv, Asio or
// epoll. Everything happens on the loop's thread.
#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <system_error>

#include "core/base/clock.hpp"
#include "core/net/endpoint.hpp"

namespace interleave {

// What a stream tells its owner. Called by the loop, never from within a call to the stream.
class StreamEvents {
 public:
  virtual ~StreamEvents() = default;
  virtual void connected(std::error_code) {}                    // only after LoopIo::connect; first event
  virtual void received(std::span<const std::byte> bytes) = 0;  // borrowed until it returns
  virtual void receiving_ended(std::error_code error) = 0;      // empty: the peer sent its last byte
  virtual void sent(std::error_code error) = 0;                 // a send() that could not end at once has ended
  virtual void closed() = 0;                                    // after close(); last event, may destroy the stream
};

class Stream {
 public:
  virtual ~Stream() = default;
  // received() follows, any number of times, until stop_receiving() or receiving_ended(). Idempotent.
  virtual void start_receiving() = 0;
  virtual void stop_receiving() = 0;
  // Sends all of `bytes`, which stay valid until it is done. A value: ended at once, well or not. nullopt: sent()
  // follows.
  virtual std::optional<std::error_code> send(std::span<const std::byte> bytes) = 0;
  // No more will be sent; the peer reads the end of the stream.
  virtual void finish_sending() = 0;
  // Gives up what is under way; closed() follows from the loop and nothing else does. Idempotent.
  virtual void close() = 0;
};

// The rest a loop model provides.
class LoopIo {
 public:
  virtual ~LoopIo() = default;
  // connected() follows. Never throws: failures come as events.
  virtual std::unique_ptr<Stream> connect(const Endpoint& endpoint, StreamEvents& events) = 0;
  // timer_expired() of the LoopServer is called once, at this time or up to a few milliseconds later. Replaces the
  // time set before.
  virtual void set_timer(TimePoint at) = 0;
  // Accepts the next client when there is one (LoopServer::add_client). Asked for once per client.
  virtual void accept_next() = 0;
  // No more clients: closes the listening socket, so that new ones are refused and not left waiting.
  virtual void stop_accepting() = 0;
  // Nothing is left to do: drop the timer, let run() return.
  virtual void finish() = 0;
};

}  // namespace interleave
