// The backend's one thread: accepts, reads commands, answers what is due. Level-triggered epoll, woken by a
// timerfd: a timeout in milliseconds would be late by half a one, and a timeout in nanoseconds (epoll_pwait2) sets
// and cancels a kernel timer in every turn, the timerfd only where the earliest due time has changed (13 % less CPU
// per call at 10,000 calls/s on a virtual machine).
//
// Time. A command arrives when the kernel says its bytes did (arrival_clock.hpp), so that a busy loop's delay in
// reading it is not added to its service time. Each reply reads the clock anew before it is written: that minus its
// due time is its lateness. Turns are kept short (few events, few replies): a burst of replies does not keep the next
// ones waiting.
//
// Not thread-safe. Ends by a signal (SIGTERM, SIGINT) through `signal_fd`.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <sys/epoll.h>

#include "backend/call_queue.hpp"
#include "backend/commands.hpp"
#include "backend/connection.hpp"
#include "backend/statistics.hpp"
#include "core/base/clock.hpp"
#include "core/base/unique_fd.hpp"

namespace interleave {

class EventLoop {
 public:
  // `listener` is a non-blocking listening socket, `signal_fd` a signalfd that says when to stop. `services`,
  // `commands` and `statistics` are borrowed. Throws std::system_error.
  EventLoop(UniqueFd listener, UniqueFd signal_fd, Services& services, Commands& commands, Statistics& statistics);

  // Serves until a signal comes; then answers the calls in flight, for at most 1.5 s, and returns. A second signal
  // ends it at once. Throws std::system_error.
  void run();

 private:
  // Waiting.
  [[nodiscard]] std::size_t wait();
  void arm_timer(TimePoint wake);
  [[nodiscard]] TimePoint next_wake() const noexcept;
  [[nodiscard]] bool is_over() const noexcept;
  void dispatch(const epoll_event& event);
  void watch(int operation, int fd, ConnectionId id, std::uint32_t events);

  // Accepting.
  void accept_clients();
  void pause_accepting();
  void resume_accepting();

  // One connection. Those that take a reference may close it: do not use it afterwards.
  [[nodiscard]] Connection* find(ConnectionId id) noexcept;
  void handle(Connection& connection, std::uint32_t events);
  void serve(Connection& connection);
  [[nodiscard]] bool perform(Connection& connection, Outcome outcome);
  void admit(Connection& connection, const PlannedCall& call);
  void settle(Connection& connection);
  void close(Connection& connection);

  // Answering.
  void answer_due();
  void begin_service(CallTicket call, const PlannedCall& planned, TimePoint begin);
  void end_service(std::size_t service, TimePoint at);
  void answer(Connection& connection, TimePoint at);
  [[nodiscard]] bool send_reply(Connection& connection, const PendingReply& reply, TimePoint at);
  void end_hung_calls();
  void begin_stopping();

  UniqueFd epoll_;
  UniqueFd listener_;
  UniqueFd signal_fd_;
  UniqueFd timer_;
  TimePoint armed_ = kNever;  // what the timer was last set to
  Services& services_;
  Commands& commands_;
  Statistics& statistics_;

  std::vector<std::unique_ptr<Connection>> connections_;  // by descriptor
  std::size_t open_ = 0;
  std::uint32_t generations_ = 0;
  CallQueue queue_;

  TimePoint turn_time_;
  ArrivalClock arrivals_;
  TimePoint accept_again_ = kNever;   // set while accepting is paused
  TimePoint stop_deadline_ = kNever;  // set once stopping
  std::string reply_;                 // scratch
  std::array<epoll_event, 64> events_{};
  std::array<std::byte, 16'384> input_{};
};

}  // namespace interleave
