// What the backend counts about itself, so that a late backend is seen and not blamed on a server. Not thread-safe.
// Always: calls = completed + abandoned + in_flight.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "backend/services.hpp"
#include "core/base/clock.hpp"
#include "core/base/histogram.hpp"

namespace interleave {

class Statistics {
 public:
  explicit Statistics(std::size_t services) : by_service_(services) {}

  void call_received(const PlannedCall& call) noexcept;
  // Answered, or ended as its fault demands.
  // `lateness`: how long after its due time the reply was handed to the socket.
  void call_completed(Nanoseconds delay, Nanoseconds lateness) noexcept;
  void calls_abandoned(std::uint64_t count) noexcept;  // their client left before the reply, or RESET ended them
  void command_refused() noexcept { ++errors_; }       // answered with an error
  void connection_opened() noexcept;
  void connection_closed() noexcept { --connections_open_; }

  [[nodiscard]] std::uint64_t in_flight() const noexcept { return in_flight_; }

  // Starts anew. What is open or in flight stays counted as such: the calls in flight count as received again.
  void reset() noexcept;

  // The STATS reply: one JSON object. Times in ns; null where there is nothing to take a statistic of.
  [[nodiscard]] std::string to_json(const Services& services, Nanoseconds cpu) const;

 private:
  struct ServiceCounts {
    std::uint64_t calls = 0;
    std::uint64_t failed = 0;
    std::uint64_t reset = 0;
    std::uint64_t hung = 0;
    std::uint64_t slow = 0;
  };
  std::vector<ServiceCounts>
      by_service_;  // of the calls received since the start or the last reset, without those in flight then
  std::uint64_t calls_ = 0;
  std::uint64_t completed_ = 0;
  std::uint64_t abandoned_ = 0;
  std::uint64_t in_flight_ = 0;
  std::uint64_t max_in_flight_ = 0;
  std::uint64_t errors_ = 0;
  std::uint64_t connections_open_ = 0;
  std::uint64_t connections_accepted_ = 0;
  Nanoseconds delay_total_{0};  // of completed calls
  Nanoseconds lateness_total_{0};
  Nanoseconds lateness_max_{0};
  Histogram lateness_;
};

}  // namespace interleave
