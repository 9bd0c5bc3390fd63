// One thread of the generator: an epoll loop that moves the bytes of a Traffic and tells it the time.
//
// Owner of its sockets; run by one thread, read by others only after that has been joined. Ends by itself at the end
// of the window and its drain, or at once when `stop_fd` becomes readable. No allocation per request.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <sys/epoll.h>

#include "core/base/clock.hpp"
#include "core/base/unique_fd.hpp"
#include "harness/load/generator/dialer.hpp"
#include "harness/load/generator/loop_health.hpp"
#include "harness/load/generator/request_log.hpp"
#include "harness/load/generator/request_mix.hpp"
#include "harness/load/generator/response_parser.hpp"
#include "harness/load/generator/tally.hpp"
#include "harness/load/generator/timeline.hpp"
#include "harness/load/generator/traffic.hpp"

namespace interleave {

// How a thread waits for the next time to send.
enum class WaitMode : std::uint8_t {
  block,  // in the kernel: woken some 50 us late, costs nothing meanwhile
  spin,   // never sleeps: needs a core of its own
  hybrid  // blocks until 200 us before, then spins: needs a core of its own too
};

// Borrowed for the life of the loop.
struct LoopSurroundings {
  const RequestMix& mix;
  const Dialer& dialer;
  int stop_fd;  // readable: end now
};

struct LoopOptions {
  TrafficOptions traffic;
  WaitMode wait = WaitMode::block;
  Nanoseconds timeline{0};                   // kept for a run of this length; 0: not at all
  std::optional<std::size_t> request_log{};  // kept, with room for so many to begin with; nullopt: not at all
};

class LoadLoop final : private Wire {
 public:
  // Throws std::system_error.
  LoadLoop(const LoopOptions& options, const ScheduleCursor& schedule, const LoopSurroundings& surroundings);

  // Opens all connections, until `deadline`; what fails is tried again on demand.
  void open(TimePoint deadline);
  // Requests from window.warmup_begin to window.end, and replies until they are all there or `drain` is over.
  void run(const Window& window, Nanoseconds drain);

  [[nodiscard]] const Tally& tally() const noexcept { return tally_; }
  [[nodiscard]] const Timeline* timeline() const noexcept { return timeline_ ? &*timeline_ : nullptr; }
  [[nodiscard]] const RequestLog* request_log() const noexcept { return request_log_ ? &*request_log_ : nullptr; }
  [[nodiscard]] const Traffic& traffic() const noexcept { return traffic_; }
  // By any thread at any time.
  [[nodiscard]] const LiveCounts& live() const noexcept { return traffic_.live(); }
  [[nodiscard]] const LoopHealth& health() const noexcept { return health_; }
  [[nodiscard]] bool stopped() const noexcept { return stopped_; }
  // When run() ended.
  [[nodiscard]] TimePoint ended() const noexcept { return ended_; }

 private:
  struct Connection {
    UniqueFd fd;
    std::uint32_t generation = 0;  // tells events of an earlier connection of this slot
    std::uint32_t written = 0;     // bytes of the request so far, while it is not all out
    bool wants_write = false;
    ResponseParser parser;
  };

  int connect(SlotIndex slot) override;
  int send(SlotIndex slot, std::uint64_t id) override;
  void close(SlotIndex slot) override;

  void look_for_stop();
  [[nodiscard]] std::size_t wait(TimePoint wake);
  [[nodiscard]] std::size_t poll_events(Nanoseconds timeout);
  void turn(std::size_t events);
  void advance_due(int most);
  void dispatch(const epoll_event& event);
  void handle_connecting(SlotIndex slot, std::uint32_t events);
  void handle_open(SlotIndex slot, std::uint32_t events);
  void receive(SlotIndex slot);
  void on_bytes(SlotIndex slot, std::size_t size, TimePoint at);
  void on_end(SlotIndex slot, TimePoint at);
  void reply(SlotIndex slot, bool keep_alive, TimePoint at);
  [[nodiscard]] int flush(SlotIndex slot, std::uint64_t id);
  void watch(int operation, SlotIndex slot, std::uint32_t events);

  LoopSurroundings surroundings_;
  WaitMode wait_;
  Tally tally_;
  std::optional<Timeline> timeline_;
  std::optional<RequestLog> request_log_;
  Traffic traffic_;
  std::unique_ptr<Connection[]> connections_;
  UniqueFd epoll_;
  bool stopped_ = false;
  LoopHealth health_;
  Nanoseconds spun_{0};
  TimePoint ended_;
  std::vector<char> scratch_;  // a request
  std::array<epoll_event, 128> events_{};
  std::array<char, 65'536> input_{};
};

}  // namespace interleave
