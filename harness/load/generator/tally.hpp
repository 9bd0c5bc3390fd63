// The books of a run: every scheduled request ends in exactly one outcome, and all times are kept as histograms.
// One tally per thread, merged afterwards. Not thread-safe; no allocation after construction.
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/clock.hpp"
#include "core/base/histogram.hpp"

namespace interleave {

enum class Outcome : std::uint8_t {
  ok,             // a whole reply with the status wanted
  http_error,     // a whole reply with another status, or one that is not HTTP
  connect_error,  // no connection: nothing was sent
  reset,          // the connection ended before the reply was whole
  timeout,        // no whole reply at the deadline
  shed,           // never sent: the queue of waiting requests was full
  censored        // still open when the run ended
};
inline constexpr std::size_t kOutcomes = 7;
[[nodiscard]] std::string_view name_of(Outcome outcome) noexcept;

struct LoadCounts {
  std::uint64_t scheduled = 0;
  std::array<std::uint64_t, kOutcomes> by_outcome{};

  [[nodiscard]] std::uint64_t of(Outcome outcome) const noexcept {
    return by_outcome[static_cast<std::size_t>(outcome)];
  }
  void add(Outcome outcome) noexcept { ++by_outcome[static_cast<std::size_t>(outcome)]; }
  // Whether scheduled = ok + http_error + connect_error + reset + timeout + shed + censored.
  [[nodiscard]] bool balanced() const noexcept;
  LoadCounts& operator+=(const LoadCounts& other) noexcept;
};

// Errors of the operating system.
class ErrnoCounts {
 public:
  static constexpr int kEndOfFile = 0;  // as an errno: the peer closed within a reply

  void add(int error) noexcept { ++counts_[std::min(static_cast<std::size_t>(error), counts_.size() - 1)]; }
  ErrnoCounts& operator+=(const ErrnoCounts& other) noexcept;
  [[nodiscard]] std::uint64_t total() const noexcept;

  // Calls visit(name, count) for each that occurred: "ECONNREFUSED", "EOF".
  template <typename Visitor>
  void for_each(Visitor visit) const {
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      if (counts_[i] != 0) visit(name_of(static_cast<int>(i)), counts_[i]);
    }
  }

 private:
  static constexpr std::size_t kErrnos = 136;  // one more than Linux has
  [[nodiscard]] static std::string name_of(int error);

  std::array<std::uint64_t, kErrnos> counts_{};
};

// Why measured requests failed.
class ErrorCounts {
 public:
  static constexpr int kMalformed = 0;  // as a status: what came was not HTTP

  void add_status(int status) noexcept {
    const auto index = static_cast<std::size_t>(status);
    ++by_status_[index < by_status_.size() ? index : kMalformed];
  }
  void add_errno(int error) noexcept { by_errno_.add(error); }
  ErrorCounts& operator+=(const ErrorCounts& other) noexcept;

  // Calls visit(name, count) for each kind that occurred: "503", "malformed"; "ECONNREFUSED", "EOF".
  template <typename Visitor>
  void for_each_status(Visitor visit) const {
    for (std::size_t i = 0; i < by_status_.size(); ++i) {
      if (by_status_[i] != 0) visit(i == kMalformed ? std::string("malformed") : std::to_string(i), by_status_[i]);
    }
  }
  template <typename Visitor>
  void for_each_errno(Visitor visit) const {
    by_errno_.for_each(visit);
  }

 private:
  static constexpr std::size_t kStatuses = 1000;

  std::array<std::uint64_t, kStatuses> by_status_{};
  ErrnoCounts by_errno_;
};

// Largest time kept exactly; deadlines beyond it widen the histograms.
[[nodiscard]] Histogram::Range time_range(Nanoseconds deadline);

struct Tally {
  explicit Tally(Nanoseconds deadline);
  // REQUIRES: the same deadline.
  void merge(const Tally& other);

  LoadCounts warmup;
  LoadCounts window;
  ErrorCounts errors;                   // of the window, as all that follows
  Histogram response;                   // last byte - intended; of ok replies, and of timeouts at the deadline
  Histogram service;                    // last byte - first write; of ok replies
  Histogram client_queue;               // first write - intended; of what was sent
  Histogram send_lag;                   // how late the generator was where a connection was free
  Histogram open_for;                   // how long censored requests had been under way
  std::uint64_t taken_up = 0;           // arrivals that the generator dealt with before the window's end
  std::uint64_t sent = 0;               // requests written before the window's end
  std::uint64_t replies_in_window = 0;  // ok replies whose last byte came within the window, warm-up's included
  std::uint64_t bytes_sent = 0;         // of the whole run
  std::uint64_t bytes_received = 0;
  std::uint64_t connections_opened = 0;
  ErrnoCounts unopened;  // connections that failed to open before the start: no request was to use them
};

}  // namespace interleave
