#include "harness/load/generator/traffic.hpp"

#include <cerrno>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace interleave {
namespace {

using namespace std::chrono_literals;

// Records what it is asked; what it answers is set by the test.
class FakeWire final : public Wire {
 public:
  int connect(SlotIndex slot) override {
    log.push_back("connect " + std::to_string(slot));
    return connect_error;
  }
  int send(SlotIndex slot, std::uint64_t id) override {
    log.push_back("send " + std::to_string(slot) + " #" + std::to_string(id));
    return send_error;
  }
  void close(SlotIndex slot) override { log.push_back("close " + std::to_string(slot)); }

  std::vector<std::string> take() { return std::exchange(log, {}); }

  int connect_error = 0;
  int send_error = 0;
  std::vector<std::string> log;
};

using Log = std::vector<std::string>;

// One thread of traffic at a fake time; milliseconds from the begin of the window.
class TrafficTest : public testing::Test {
 protected:
  static TimePoint at(std::int64_t ms) { return TimePoint(1000s) + std::chrono::milliseconds(ms); }

  // Arrivals at these milliseconds.
  Traffic& open_loop(const std::vector<int>& arrivals, TrafficOptions options = {}) {
    auto times = std::make_shared<std::vector<Nanoseconds>>();
    for (const int ms : arrivals) times->push_back(std::chrono::milliseconds(ms));
    schedule_.arrivals = TraceArrivals{times};
    return start(options);
  }
  Traffic& closed_loop(TrafficOptions options = {}) {
    options.closed_loop = true;
    schedule_.arrivals = ConstantArrivals{1};
    return start(options);
  }
  // All connections open and idle.
  Traffic& start(TrafficOptions options) {
    if (options.deadline == 0ns) options.deadline = 1s;
    if (options.queue_limit == 1) options.queue_limit = 100;
    schedule_.duration = 100ms;
    wire_.connect_error = wire_.send_error = 0;
    tally_ = std::make_unique<Tally>(options.deadline);
    timeline_ = std::make_unique<Timeline>(schedule_.duration, time_range(options.deadline));
    log_ = RequestLog(0);
    traffic_ =
        std::make_unique<Traffic>(options, ScheduleCursor(schedule_, 0, 1), wire_, *tally_, timeline_.get(), &log_);
    while (traffic_->open_next()) {
    }
    for (SlotIndex slot = 0; slot < options.connections; ++slot) traffic_->on_connected(slot, at(-50));
    traffic_->start({at(0) - schedule_.warmup, at(0), at(100)});
    wire_.take();
    return *traffic_;
  }
  // Everything that is due; returns what the wire was asked for.
  Log advance(std::int64_t ms) {
    while (traffic_->advance(at(ms))) {
    }
    return wire_.take();
  }
  void reply(SlotIndex slot, std::int64_t ms, int status = 200, bool keep_alive = true) {
    traffic_->on_reply(slot, status, status == 200, keep_alive, at(ms));
  }
  // Ends the run and checks the books.
  void end(std::int64_t ms, bool cut_short = false) {
    while (!cut_short && traffic_->censor_arrivals(at(ms), 1)) {
    }
    traffic_->finish(at(ms));
    EXPECT_TRUE(tally_->window.balanced());
    EXPECT_TRUE(tally_->warmup.balanced());
    EXPECT_EQ(log_.records().size(), tally_->window.scheduled + tally_->warmup.scheduled);
    check_timeline();
  }
  // Second by second nothing is lost or counted twice, whatever became of it.
  void check_timeline() const {
    std::uint64_t scheduled = 0;
    std::uint64_t ok = 0;
    std::uint64_t failed = 0;
    for (const Timeline::Second& second : timeline_->seconds()) {
      scheduled += second.scheduled;
      ok += second.ok;
      failed += second.failed;
      EXPECT_EQ(second.response.total_count(), second.ok);
    }
    EXPECT_EQ(scheduled, tally_->window.scheduled);
    EXPECT_EQ(ok, outcomes(Outcome::ok));
    EXPECT_EQ(failed, scheduled - ok);
  }
  [[nodiscard]] std::uint64_t outcomes(Outcome outcome) const { return tally_->window.of(outcome); }

  FakeWire wire_;
  Schedule schedule_{ConstantArrivals{1}};
  std::unique_ptr<Tally> tally_;
  std::unique_ptr<Timeline> timeline_;
  RequestLog log_{0};
  std::unique_ptr<Traffic> traffic_;
};

TEST_F(TrafficTest, sends_when_the_schedule_says_and_not_before) {
  Traffic& traffic = open_loop({10, 20}, {.connections = 2});
  EXPECT_EQ(traffic.next_wake(), at(10));
  EXPECT_EQ(advance(9), Log{});
  EXPECT_EQ(advance(10), (Log{"send 0 #0"}));
  EXPECT_EQ(traffic.next_wake(), at(20));
  EXPECT_EQ(advance(20), (Log{"send 1 #1"}));
  reply(0, 30);
  reply(1, 31);
  EXPECT_TRUE(traffic.is_quiet());
  end(100);
  EXPECT_EQ(outcomes(Outcome::ok), 2U);
  EXPECT_EQ(tally_->window.scheduled, 2U);
}

TEST_F(TrafficTest, latency_counts_from_the_intended_time_also_while_all_connections_are_busy) {
  open_loop({10, 20, 30}, {.connections = 1});
  EXPECT_EQ(advance(10), (Log{"send 0 #0"}));
  EXPECT_EQ(advance(30), Log{});  // busy: both wait
  reply(0, 60);
  EXPECT_EQ(wire_.take(), (Log{"send 0 #1"}));
  reply(0, 70);
  EXPECT_EQ(wire_.take(), (Log{"send 0 #2"}));
  reply(0, 80);
  end(100);
  // Intended at 10, 20 and 30, answered at 60, 70 and 80.
  EXPECT_EQ(tally_->response.bin_of(50'000'000).count, 3U);
}

TEST_F(TrafficTest, the_three_times_add_up) {
  open_loop({10, 12}, {.connections = 1});
  advance(11);  // 1 ms late: the generator's own fault
  advance(12);
  reply(0, 50);
  reply(0, 70);
  end(100);
  EXPECT_EQ(tally_->response.bin_of(40'000'000).count, 1U);
  EXPECT_EQ(tally_->response.bin_of(58'000'000).count, 1U);
  EXPECT_EQ(tally_->service.bin_of(39'000'000).count, 1U);
  EXPECT_EQ(tally_->service.bin_of(20'000'000).count, 1U);
  EXPECT_EQ(tally_->client_queue.bin_of(1'000'000).count, 1U);
  EXPECT_EQ(tally_->client_queue.bin_of(38'000'000).count, 1U);
  EXPECT_EQ(tally_->send_lag.total_count(), 1U) << "waiting for a connection is not the generator's lateness";
  EXPECT_EQ(tally_->send_lag.bin_of(1'000'000).count, 1U);
}

TEST_F(TrafficTest, a_full_queue_sheds_the_newest) {
  TrafficOptions options{.connections = 1};
  options.queue_limit = 2;
  open_loop({1, 2, 3, 4, 5}, options);
  EXPECT_EQ(advance(5), (Log{"send 0 #0"}));
  EXPECT_EQ(outcomes(Outcome::shed), 2U);
  reply(0, 10);
  reply(0, 11);
  reply(0, 12);
  EXPECT_EQ(wire_.take(), (Log{"send 0 #1", "send 0 #2"}));
  end(100);
  EXPECT_EQ(outcomes(Outcome::ok), 3U);
}

TEST_F(TrafficTest, the_deadline_counts_from_the_intended_time_wherever_the_request_is) {
  Traffic& traffic = open_loop({0, 10, 12}, {.connections = 1, .deadline = 30ms});
  advance(12);
  EXPECT_EQ(traffic.next_wake(), at(30));
  EXPECT_EQ(advance(29), Log{});
  // In flight: its connection ends, for its late reply must not answer the next request.
  EXPECT_EQ(advance(30), (Log{"close 0", "connect 0"}));
  EXPECT_EQ(outcomes(Outcome::timeout), 1U);
  EXPECT_EQ(traffic.next_wake(), at(40));
  EXPECT_EQ(advance(40), (Log{"close 0", "connect 0"})) << "while connecting";
  EXPECT_EQ(outcomes(Outcome::timeout), 2U);
  advance(42);
  end(100);
  EXPECT_EQ(outcomes(Outcome::timeout), 3U);
  EXPECT_EQ(tally_->response.bin_of(30'000'000).count, 3U) << "recorded at the deadline";
  EXPECT_EQ(tally_->service.total_count(), 0U);
}

TEST_F(TrafficTest, a_request_expires_in_the_queue_too) {
  open_loop({0, 0, 0}, {.connections = 1, .deadline = 30ms});
  EXPECT_EQ(advance(30), (Log{"send 0 #0", "close 0"})) << "the others were never sent";
  EXPECT_EQ(outcomes(Outcome::timeout), 3U);
  end(100);
}

TEST_F(TrafficTest, a_reply_seen_after_the_deadline_is_a_timeout_on_a_connection_that_lives) {
  open_loop({0, 90}, {.connections = 1, .deadline = 30ms});
  advance(0);
  reply(0, 35);
  EXPECT_EQ(outcomes(Outcome::timeout), 1U);
  EXPECT_EQ(advance(90), (Log{"send 0 #1"}));
  reply(0, 91);
  end(100);
}

// Before the start no request waits for them, so no request's outcome would tell.
TEST_F(TrafficTest, connections_that_fail_before_the_start_are_counted_by_errno) {
  for (const bool closed_loop : {false, true}) {
    Tally tally(1s);
    const TrafficOptions options{.closed_loop = closed_loop, .connections = 4, .deadline = 1s};
    Traffic traffic(options, ScheduleCursor(schedule_, 0, 1), wire_, tally, nullptr);
    EXPECT_TRUE(traffic.open_next());
    EXPECT_TRUE(traffic.open_next());
    wire_.connect_error = EMFILE;  // at once
    EXPECT_TRUE(traffic.open_next());
    EXPECT_TRUE(traffic.open_next());
    traffic.on_connected(0, at(-50));
    traffic.on_connect_failed(1, ECONNREFUSED, at(-50));  // later
    wire_.connect_error = 0;
    Log failures;
    tally.unopened.for_each([&](const std::string& name, std::uint64_t count) {
      failures.push_back(name + " " + std::to_string(count));
    });
    EXPECT_EQ(failures, (Log{"EMFILE 2", "ECONNREFUSED 1"}));
    EXPECT_EQ(tally.unopened.total(), 3U);
    EXPECT_EQ(tally.connections_opened, 1U);
    EXPECT_EQ(tally.window.scheduled + tally.warmup.scheduled, 0U) << "and cost no request";
  }
}

TEST_F(TrafficTest, an_ended_connection_is_opened_again_when_a_request_needs_it) {
  Traffic& traffic = open_loop({10, 20}, {.connections = 1});
  traffic.on_broken(0, 0, at(5));  // idle, closed by the server: nobody's failure
  EXPECT_EQ(wire_.take(), (Log{"close 0"}));
  EXPECT_EQ(advance(10), (Log{"connect 0"}));
  traffic.on_connected(0, at(12));
  EXPECT_EQ(wire_.take(), (Log{"send 0 #0"}));
  traffic.on_broken(0, ECONNRESET, at(15));
  EXPECT_EQ(outcomes(Outcome::reset), 1U);
  EXPECT_EQ(advance(20), (Log{"close 0", "connect 0"}));
  traffic.on_connect_failed(0, ECONNREFUSED, at(21));
  EXPECT_EQ(outcomes(Outcome::connect_error), 1U);
  end(100);
  std::vector<std::string> errors;
  tally_->errors.for_each_errno(
      [&](const std::string& name, std::uint64_t count) { errors.push_back(name + " " + std::to_string(count)); });
  EXPECT_EQ(errors, (std::vector<std::string>{"ECONNRESET 1", "ECONNREFUSED 1"}));
}

TEST_F(TrafficTest, what_fails_at_once_is_counted_and_does_not_recurse) {
  std::vector<int> arrivals;
  arrivals.reserve(90);
  for (int i = 0; i < 90; ++i) arrivals.push_back(i);
  Traffic& traffic = open_loop(arrivals, {.connections = 1});
  advance(89);
  wire_.connect_error = EMFILE;
  traffic.on_broken(0, ECONNRESET, at(90));  // one in flight, 89 in the queue
  end(100);
  EXPECT_EQ(outcomes(Outcome::reset), 1U);
  EXPECT_EQ(outcomes(Outcome::connect_error), 89U);
}

TEST_F(TrafficTest, a_failed_write_is_a_reset) {
  open_loop({1}, {.connections = 1});
  wire_.send_error = EPIPE;
  EXPECT_EQ(advance(1), (Log{"send 0 #0", "close 0"}));
  end(100);
  EXPECT_EQ(outcomes(Outcome::reset), 1U);
}

TEST_F(TrafficTest, statuses_and_garbage_are_http_errors) {
  Traffic& traffic = open_loop({1, 2}, {.connections = 1});
  advance(1);
  reply(0, 5, 503);
  advance(5);
  EXPECT_TRUE(traffic.is_waiting(0)) << "an error reply leaves the connection usable";
  traffic.on_malformed(0, at(6));
  EXPECT_EQ(wire_.take().back(), "close 0");
  end(100);
  EXPECT_EQ(outcomes(Outcome::http_error), 2U);
  EXPECT_EQ(tally_->response.total_count(), 0U);
  std::set<std::string> names;
  tally_->errors.for_each_status([&](const std::string& name, std::uint64_t) { names.insert(name); });
  EXPECT_EQ(names, (std::set<std::string>{"503", "malformed"}));
}

TEST_F(TrafficTest, what_is_open_at_the_end_is_censored) {
  open_loop({10, 20}, {.connections = 1});
  advance(20);
  end(110);
  EXPECT_EQ(outcomes(Outcome::censored), 2U);
  EXPECT_EQ(tally_->open_for.bin_of(100'000'000).count, 1U);
  EXPECT_EQ(tally_->open_for.bin_of(90'000'000).count, 1U);
}

TEST_F(TrafficTest, what_nobody_got_round_to_is_censored_part_by_part) {
  Traffic& traffic = open_loop({1, 2, 3, 4, 5}, {.connections = 1});
  EXPECT_TRUE(traffic.censor_arrivals(at(200), 2));
  EXPECT_EQ(outcomes(Outcome::censored), 2U);
  EXPECT_FALSE(traffic.censor_arrivals(at(200), 100));
  EXPECT_FALSE(traffic.censor_arrivals(at(200), 100));
  end(200);
  EXPECT_EQ(outcomes(Outcome::censored), 5U);
}

TEST_F(TrafficTest, a_run_cut_short_counts_only_what_had_come_up) {
  open_loop({10, 20, 90}, {.connections = 1});
  advance(20);
  end(25, true);
  EXPECT_EQ(tally_->window.scheduled, 2U);
  EXPECT_EQ(outcomes(Outcome::censored), 2U);
}

TEST_F(TrafficTest, arrivals_the_generator_never_got_round_to_are_scheduled_all_the_same) {
  open_loop({10, 20, 90}, {.connections = 1});
  advance(20);
  end(110);
  EXPECT_EQ(tally_->window.scheduled, 3U);
  EXPECT_EQ(tally_->taken_up, 2U);
}

TEST_F(TrafficTest, warm_up_has_its_own_books_and_ids) {
  schedule_.warmup = 20ms;
  schedule_.arrivals = ConstantArrivals{100};
  start({.connections = 4});
  EXPECT_EQ(advance(-20), (Log{"send 0 #1000000000000"}));
  EXPECT_EQ(advance(-10), (Log{"send 1 #1000000000001"}));
  EXPECT_EQ(advance(0), (Log{"send 2 #0"}));
  reply(0, -5);
  reply(1, 5);
  reply(2, 7);
  end(100, true);
  EXPECT_EQ(tally_->warmup.of(Outcome::ok), 2U);
  EXPECT_EQ(outcomes(Outcome::ok), 1U);
  EXPECT_EQ(tally_->response.total_count(), 1U);
  EXPECT_EQ(tally_->replies_in_window, 2U) << "the rate of replies does not ask when their requests began";
}

TEST_F(TrafficTest, a_closed_loop_sends_the_next_request_with_the_reply) {
  Traffic& traffic = closed_loop({.connections = 2});
  EXPECT_EQ(advance(0), (Log{"send 0 #0", "send 1 #1"}));
  EXPECT_EQ(traffic.next_wake(), at(1000)) << "the first deadline";
  reply(1, 10);
  EXPECT_EQ(advance(10), (Log{"send 1 #2"}));
  reply(0, 20);
  EXPECT_EQ(advance(20), (Log{"send 0 #3"}));
  reply(0, 100);
  EXPECT_EQ(advance(100), Log{}) << "the window is over";
  reply(1, 101);
  EXPECT_TRUE(traffic.is_quiet());
  end(101);
  EXPECT_EQ(outcomes(Outcome::ok), 4U);
  EXPECT_EQ(tally_->replies_in_window, 2U);
}

TEST_F(TrafficTest, think_time_delays_the_next_request_and_its_intended_time) {
  Traffic& traffic = closed_loop({.connections = 1, .think = 5ms});
  advance(0);
  reply(0, 10);
  EXPECT_EQ(traffic.next_wake(), at(15));
  EXPECT_EQ(advance(15), (Log{"send 0 #1"}));
  reply(0, 18);
  end(20);
  EXPECT_EQ(tally_->response.bin_of(3'000'000).count, 1U);
}

TEST_F(TrafficTest, a_closed_loop_does_not_spin_on_a_closed_port) {
  Traffic& traffic = closed_loop({.connections = 1});
  advance(0);
  traffic.on_broken(0, 0, at(5));
  EXPECT_EQ(advance(5), (Log{"close 0", "connect 0"}));
  traffic.on_connect_failed(0, ECONNREFUSED, at(5));
  EXPECT_EQ(traffic.next_wake(), at(15));
  EXPECT_EQ(advance(14), (Log{"close 0"}));
  EXPECT_EQ(advance(15), (Log{"connect 0"}));
  end(20);
  EXPECT_EQ(outcomes(Outcome::reset), 1U);
  EXPECT_EQ(outcomes(Outcome::connect_error), 1U);
}

TEST_F(TrafficTest, close_each_gives_every_request_its_own_connection) {
  Traffic& traffic = closed_loop({.connections = 1, .close_each = true});
  EXPECT_EQ(advance(0), (Log{"send 0 #0"}));
  reply(0, 10);
  EXPECT_EQ(advance(10), (Log{"close 0", "connect 0"}));
  traffic.on_connected(0, at(11));
  EXPECT_EQ(wire_.take(), (Log{"send 0 #1"}));
  reply(0, 20, 200, false);
  end(20);
  EXPECT_EQ(tally_->response.bin_of(10'000'000).count, 2U) << "connecting is part of the second";
  EXPECT_EQ(tally_->service.bin_of(9'000'000).count, 1U);
}

TEST_F(TrafficTest, connections_are_picked_as_asked) {
  const auto picked = [&](Pick pick) {
    open_loop({1, 2, 3, 4}, {.connections = 3, .pick = pick});
    Log log = advance(2);  // 0 and 1, or 2 and 1
    reply(1, 2);
    reply(pick == Pick::most_recently_used ? 2 : 0, 2);
    for (const std::string& line : advance(4)) log.push_back(line);
    end(4, true);
    return log;
  };
  EXPECT_EQ(picked(Pick::round_robin), (Log{"send 0 #0", "send 1 #1", "send 2 #2", "send 0 #3"}));
  EXPECT_EQ(picked(Pick::least_recently_used), (Log{"send 0 #0", "send 1 #1", "send 2 #2", "send 1 #3"}));
  EXPECT_EQ(picked(Pick::most_recently_used), (Log{"send 2 #0", "send 1 #1", "send 2 #2", "send 1 #3"}));
}

TEST_F(TrafficTest, the_log_says_when_each_request_was_meant_was_sent_and_ended) {
  open_loop({10, 20, 25, 30, 90}, {.connections = 1, .queue_limit = 2});
  advance(11);  // 1 ms late
  advance(25);  // these two wait
  advance(30);  // shed
  reply(0, 50);
  end(80);  // the second is open, the third waits, the last never came up
  const auto line = [](const RequestRecord& record) {
    const auto ms = [](TimePoint time) { return time == kNever ? "never" : std::to_string((time - at(0)) / 1ms); };
    return std::to_string(record.request.id) + " " + std::string(name_of(record.outcome)) + " " +
           ms(record.request.intended) + " " + ms(record.sent) + " " + ms(record.ended);
  };
  Log lines;
  for (const RequestRecord& record : log_.records()) lines.push_back(line(record));
  EXPECT_EQ(lines, (Log{"3 shed 30 never 30", "0 ok 10 11 50", "4 censored 90 never 80", "2 censored 25 never 80",
                        "1 censored 20 50 80"}));
}

// A seeded storm of everything that can happen, in any order: the books must balance.
TEST_F(TrafficTest, every_request_has_one_outcome_whatever_happens) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SplitMix64 random(seed);
    std::vector<int> arrivals;
    for (int ms = 0; ms < 100; ++ms) {
      for (std::uint64_t n = random.next() % 4; n > 0; --n) arrivals.push_back(ms);
    }
    TrafficOptions options{.connections = 1 + static_cast<std::uint32_t>(random.next() % 8), .deadline = 15ms};
    options.queue_limit = 2 + random.next() % 20;
    options.close_each = random.next() % 4 == 0;
    options.pick = static_cast<Pick>(random.next() % 3);
    Traffic& traffic = seed % 2 == 0 ? closed_loop(options) : open_loop(arrivals, options);
    for (std::int64_t ms = 0; ms < 120; ++ms) {
      advance(ms);
      for (SlotIndex slot = 0; slot < options.connections; ++slot) {
        const std::uint64_t dice = random.next() % 12;
        wire_.connect_error = random.next() % 10 == 0 ? EMFILE : 0;
        wire_.send_error = random.next() % 10 == 0 ? EPIPE : 0;
        if (traffic.is_connecting(slot)) {
          if (dice < 5) traffic.on_connected(slot, at(ms));
          if (dice == 5) traffic.on_connect_failed(slot, ECONNREFUSED, at(ms));
        } else if (traffic.is_waiting(slot)) {
          if (dice < 3) reply(slot, ms, dice == 0 ? 503 : 200, random.next() % 5 != 0);
          if (dice == 3) traffic.on_malformed(slot, at(ms));
          if (dice == 4) traffic.on_broken(slot, ECONNRESET, at(ms));
        } else if (dice == 0 && traffic.share_of(slot).alive) {
          traffic.on_broken(slot, 0, at(ms));
        }
      }
    }
    end(120, seed % 3 == 0);
    if (seed % 2 == 1) {
      EXPECT_EQ(tally_->window.scheduled, arrivals.size());
    }
  }
}

}  // namespace
}  // namespace interleave
