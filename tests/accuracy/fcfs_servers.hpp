// Servers with one queue: first come, first served. Pure: it is told the time. A server that ends one job begins the
// next at that same moment, so that no time between two services goes unaccounted. Not thread-safe.
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <queue>
#include <vector>

#include "core/base/clock.hpp"

namespace interleave {

struct Job {
  std::uint64_t id = 0;      // of the request
  std::uint64_t client = 0;  // who waits for it
  Nanoseconds service{0};    // how long it is to take
  TimePoint arrived;
};

struct ServedJob {
  Job job;
  TimePoint start;
  TimePoint end;
};

class FcfsServers {
 public:
  // `servers` 0: a server for every job, no queue.
  explicit FcfsServers(std::size_t servers) : servers_(servers) {}

  void arrive(const Job& job) {
    if (servers_ != 0 && running_.size() == servers_) {
      waiting_.push_back(job);
    } else {
      begin(job, job.arrived);
    }
  }

  // When a job will have had its time; kNever: none runs.
  [[nodiscard]] TimePoint next_due() const noexcept { return running_.empty() ? kNever : running_.top().due; }

  // Ends, at `now`, the job due first, if it is due.
  [[nodiscard]] std::optional<ServedJob> finish(TimePoint now) {
    if (next_due() > now) return std::nullopt;
    const Running done = running_.top();
    running_.pop();
    if (!waiting_.empty()) {
      begin(waiting_.front(), now);
      waiting_.pop_front();
    }
    return ServedJob{done.job, done.start, now};
  }

 private:
  struct Running {
    TimePoint due;
    TimePoint start;
    Job job;
    bool operator>(const Running& other) const noexcept { return due > other.due; }
  };

  void begin(const Job& job, TimePoint at) { running_.push({at + job.service, at, job}); }

  std::size_t servers_;
  std::deque<Job> waiting_;
  std::priority_queue<Running, std::vector<Running>, std::greater<>> running_;
};

}  // namespace interleave
