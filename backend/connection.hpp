// One client of the backend: its socket, what it has sent and not yet been read as commands, what it waits for, and
// what the full socket did not take. Decides by itself when it has enough: whoever pipelines without reading replies
// is not read from. Not thread-safe; owned by the event loop.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "backend/arrival_clock.hpp"
#include "backend/call_queue.hpp"
#include "backend/pending_replies.hpp"
#include "core/backend/resp.hpp"
#include "core/base/unique_fd.hpp"

namespace interleave {

class Connection {
 public:
  // `fd` is a non-blocking socket.
  Connection(UniqueFd fd, ConnectionId id) noexcept : fd_(std::move(fd)), id_(id) {}

  [[nodiscard]] int fd() const noexcept { return fd_.get(); }
  [[nodiscard]] ConnectionId id() const noexcept { return id_; }
  [[nodiscard]] PendingReplies& pending() noexcept { return pending_; }

  // Reads once, through `scratch`. False: the peer has gone.
  [[nodiscard]] bool receive(std::span<std::byte> scratch, const ArrivalClock& clock);
  // When what was last read arrived: that is the arrival of the commands in it.
  [[nodiscard]] TimePoint arrived() const noexcept { return arrived_; }
  // The next command; nullopt: none is complete, or the connection has enough, or broke the protocol.
  [[nodiscard]] std::optional<std::span<const std::string_view>> next_command();
  [[nodiscard]] bool broke_protocol() const noexcept { return reader_.failed(); }

  // Sends now or keeps for later. False: the peer has gone.
  [[nodiscard]] bool send(std::string_view bytes);
  // Sends what was kept. False: the peer has gone.
  [[nodiscard]] bool flush();

  // What is to come when the descriptor is closed: a reset (RST), not an end.
  void reset_on_close() noexcept;

  // No further commands; finished() once all replies are out.
  void finish() noexcept { finishing_ = true; }
  [[nodiscard]] bool finishing() const noexcept { return finishing_; }
  [[nodiscard]] bool finished() const noexcept { return finishing_ && pending_.empty() && outbox_.empty(); }

  // The epoll events this connection waits for now, and those last asked for (kept here for the event loop).
  [[nodiscard]] std::uint32_t wanted_events() const noexcept;
  std::uint32_t armed_events = 0;

 private:
  [[nodiscard]] bool has_room() const noexcept;

  UniqueFd fd_;
  ConnectionId id_;
  TimePoint arrived_;
  CommandReader reader_;
  PendingReplies pending_;
  std::string outbox_;
  bool finishing_ = false;
};

}  // namespace interleave
