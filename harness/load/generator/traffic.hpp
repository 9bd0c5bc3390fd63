// One thread's requests and connections as a state machine without sockets or clock: which request goes where and
// when, what becomes of it, and the books. The loop around it (load_loop.hpp) moves bytes and says what time it is.
//
// Open loop: requests come when the schedule says, whatever the server does. All connections busy: the request waits
// in one queue per thread, and that counts as its latency. Closed loop: each connection sends its next request when
// its reply has come and the think time is over.
//
// Every request has its deadline, counted from its intended time. Connections are opened on demand again after they
// end. Not thread-safe; no allocation after construction.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/clock.hpp"
#include "harness/load/generator/arrivals.hpp"
#include "harness/load/generator/idle_set.hpp"
#include "harness/load/generator/live_counts.hpp"
#include "harness/load/generator/request_log.hpp"
#include "harness/load/generator/request_queue.hpp"
#include "harness/load/generator/sleepers.hpp"
#include "harness/load/generator/slot_list.hpp"
#include "harness/load/generator/tally.hpp"
#include "harness/load/generator/timeline.hpp"

namespace interleave {

// What the state machine asks of the sockets. Both calls return 0, or the errno of what failed at once.
class Wire {
 public:
  Wire() = default;
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;
  virtual ~Wire() = default;
  virtual int connect(SlotIndex slot) = 0;                 // answered by on_connected or on_connect_failed
  virtual int send(SlotIndex slot, std::uint64_t id) = 0;  // answered by on_reply, on_malformed or on_broken
  virtual void close(SlotIndex slot) = 0;                  // nothing more comes of this connection
};

struct TrafficOptions {
  bool closed_loop = false;
  std::uint32_t connections = 1;  // of this thread
  std::uint32_t thread = 0;       // and which of how many this is: for the ids of a closed loop
  std::uint32_t threads = 1;
  Nanoseconds deadline{0};
  Nanoseconds think{0};     // closed loop: from a reply to the next request
  bool close_each = false;  // a connection serves one request
  Pick pick = Pick::round_robin;
  std::size_t queue_limit = 1;
};

// Times of a run, absolute.
struct Window {
  TimePoint warmup_begin;
  TimePoint begin;
  TimePoint end;
};

class Traffic {
 public:
  // Requests of the window have the ids 0, 1, ...; those of the warm-up begin here.
  static constexpr std::uint64_t kWarmupIds = 1'000'000'000'000;
  // After a refused connect a connection of a closed loop waits this long, so that it does not spin.
  static constexpr Nanoseconds kConnectPause = std::chrono::milliseconds(10);

  // `schedule` is what an open loop sends; a closed loop does not look at it. `wire`, `tally`, `timeline` and `log`
  // are borrowed; no timeline or log: nullptr.
  Traffic(const TrafficOptions& options, ScheduleCursor schedule, Wire& wire, Tally& tally, Timeline* timeline,
          RequestLog* log = nullptr);

  // Before start(): opens one more connection; false when all have been tried.
  [[nodiscard]] bool open_next();
  [[nodiscard]] std::uint32_t connecting() const noexcept { return connecting_; }

  void start(const Window& window);
  // When advance() has something to do next; kNever: nothing until something comes from the wire.
  [[nodiscard]] TimePoint next_wake() const noexcept;
  // Does one thing that is due: sends a request, lets one expire. False: nothing is due.
  [[nodiscard]] bool advance(TimePoint now);
  // All requests have their outcome and none is to come.
  [[nodiscard]] bool is_quiet() const noexcept;
  // After the window: takes up at most so many arrivals that the generator never got round to, as censored. False:
  // none is left.
  [[nodiscard]] bool censor_arrivals(TimePoint now, int most);
  // Ends the run: what is open is censored, what has not come up by now does not count as scheduled.
  void finish(TimePoint now);

  void on_connected(SlotIndex index, TimePoint now);
  void on_connect_failed(SlotIndex index, int error, TimePoint now);
  // `expected`: the status is the one wanted.
  void on_reply(SlotIndex index, int status, bool expected, bool keep_alive, TimePoint now);
  void on_malformed(SlotIndex index, TimePoint now);
  // The connection has ended, `error` 0 by its peer; also between requests.
  void on_broken(SlotIndex index, int error, TimePoint now);

  [[nodiscard]] bool is_waiting(SlotIndex slot) const noexcept { return slots_[slot].state == State::busy; }
  [[nodiscard]] bool is_connecting(SlotIndex slot) const noexcept { return slots_[slot].state == State::connecting; }
  [[nodiscard]] std::uint64_t id_of(SlotIndex slot) const noexcept { return slots_[slot].request.id; }

  // Per connection, of the window: how many requests it was given and how many replies it got.
  struct Share {
    std::uint64_t given = 0;
    std::uint64_t answered = 0;
    bool alive = false;
  };
  [[nodiscard]] Share share_of(SlotIndex slot) const noexcept;
  [[nodiscard]] std::uint32_t connections() const noexcept { return options_.connections; }
  [[nodiscard]] const LiveCounts& live() const noexcept { return live_; }

 private:
  enum class State : std::uint8_t { closed, connecting, idle, busy };
  struct Slot {
    State state = State::closed;
    bool has_request = false;
    LoadRequest request;
    TimePoint sent;
    std::uint64_t given = 0;
    std::uint64_t answered = 0;
  };

  [[nodiscard]] TimePoint next_arrival_time() const noexcept;
  void leave_unopened(SlotIndex index, int error);
  void fetch_arrival();
  [[nodiscard]] LoadRequest next_request() const noexcept;
  [[nodiscard]] bool expire_one(TimePoint now);
  void admit(TimePoint now);
  void wake_one(TimePoint now);

  [[nodiscard]] SlotIndex take_free() noexcept;
  void assign(SlotIndex index, const LoadRequest& request, TimePoint now);
  void write(SlotIndex index, TimePoint now);
  void schedule(const LoadRequest& request, TimePoint now);
  void settle(SlotIndex index, Outcome outcome, TimePoint now);
  void count(const LoadRequest& request, Outcome outcome, TimePoint now, TimePoint sent = kNever);
  void fail(SlotIndex index, Outcome outcome, int error, TimePoint now);
  void drop(SlotIndex index);
  void release(SlotIndex index, TimePoint at);
  void serve_queue(TimePoint now);
  [[nodiscard]] LoadCounts& counts_of(const LoadRequest& request) noexcept;

  TrafficOptions options_;
  ScheduleCursor schedule_;
  Wire& wire_;
  Tally& tally_;
  Timeline* timeline_;
  RequestLog* log_;
  LiveCounts live_;
  Window window_{};
  bool started_ = false;
  std::optional<Arrival> arrival_;  // the next one; nullopt: none is left
  std::uint64_t closed_loop_requests_[2] = {0, 0};

  std::vector<Slot> slots_;
  RequestQueue queue_;
  SlotList in_flight_;  // slots with a request, in the order of their deadlines
  SlotList closed_;     // open loop: slots to connect when an idle one is missing
  IdleSet idle_;        // open loop
  Sleepers sleepers_;   // closed loop: slots that wait for their next request
  std::uint32_t to_open_ = 0;
  std::uint32_t connecting_ = 0;
};

}  // namespace interleave
