#include "harness/load/generator/tally.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace interleave {

std::string_view name_of(Outcome outcome) noexcept {
  constexpr std::array<std::string_view, kOutcomes> kNames{"ok",      "http_error", "connect_error", "reset",
                                                           "timeout", "shed",       "censored"};
  return kNames[static_cast<std::size_t>(outcome)];
}

bool LoadCounts::balanced() const noexcept {
  return std::accumulate(by_outcome.begin(), by_outcome.end(), std::uint64_t{0}) == scheduled;
}

LoadCounts& LoadCounts::operator+=(const LoadCounts& other) noexcept {
  scheduled += other.scheduled;
  for (std::size_t i = 0; i < kOutcomes; ++i) by_outcome[i] += other.by_outcome[i];
  return *this;
}

ErrorCounts& ErrorCounts::operator+=(const ErrorCounts& other) noexcept {
  for (std::size_t i = 0; i < by_status_.size(); ++i) by_status_[i] += other.by_status_[i];
  by_errno_ += other.by_errno_;
  return *this;
}

ErrnoCounts& ErrnoCounts::operator+=(const ErrnoCounts& other) noexcept {
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
  return *this;
}

std::uint64_t ErrnoCounts::total() const noexcept {
  return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0});
}

std::string ErrnoCounts::name_of(int error) {
  if (error == kEndOfFile) return "EOF";
  const char* const name = ::strerrorname_np(error);
  return name != nullptr ? name : "other";
}

Histogram::Range time_range(Nanoseconds deadline) {
  Histogram::Range range;
  range.highest_trackable = std::max(range.highest_trackable, static_cast<std::uint64_t>(deadline.count()));
  return range;
}

Tally::Tally(Nanoseconds deadline)
    : response(time_range(deadline)),
      service(time_range(deadline)),
      client_queue(time_range(deadline)),
      send_lag(time_range(deadline)),
      open_for(time_range(deadline)) {}

void Tally::merge(const Tally& other) {
  warmup += other.warmup;
  window += other.window;
  errors += other.errors;
  response.merge(other.response);
  service.merge(other.service);
  client_queue.merge(other.client_queue);
  send_lag.merge(other.send_lag);
  open_for.merge(other.open_for);
  taken_up += other.taken_up;
  sent += other.sent;
  replies_in_window += other.replies_in_window;
  bytes_sent += other.bytes_sent;
  bytes_received += other.bytes_received;
  connections_opened += other.connections_opened;
  unopened += other.unopened;
}

}  // namespace interleave
