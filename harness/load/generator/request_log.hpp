// Every request of a run, one by one: when it was meant to be sent, when it was, when it ended, and how. For checking
// the generator (scripts/accuracy) and for looking at single requests. One per thread, merged afterwards. Not
// thread-safe; 48 bytes per request, allocated as it grows beyond what was expected.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "core/base/clock.hpp"
#include "harness/load/generator/request_queue.hpp"
#include "harness/load/generator/tally.hpp"

namespace interleave {

struct RequestRecord {
  LoadRequest request;
  Outcome outcome = Outcome::ok;
  TimePoint sent = kNever;   // first write; kNever: it never came to that
  TimePoint ended = kNever;  // last byte of the reply, or when it was given up
};

class RequestLog {
 public:
  // Room for so many to begin with.
  explicit RequestLog(std::size_t expected) { records_.reserve(expected); }

  void add(const RequestRecord& record) { records_.push_back(record); }
  void merge(const RequestLog& other) {
    records_.insert(records_.end(), other.records_.begin(), other.records_.end());
  }

  // In the order in which they ended.
  [[nodiscard]] const std::vector<RequestRecord>& records() const noexcept { return records_; }

 private:
  std::vector<RequestRecord> records_;
};

// CSV: id,phase,outcome,intended_ns,sent_ns,ended_ns; phase is warmup or window, times are CLOCK_MONOTONIC, sent_ns
// is empty where nothing was sent.
[[nodiscard]] std::string request_log_csv(const RequestLog& log);

}  // namespace interleave
