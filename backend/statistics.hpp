// What the backend counts about itself, so that a late backend is seen and not blamed on a server. Not thread-safe.
// Always: calls = completed + abandoned + in_flight.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/histogram.hpp"
#include "core/workload/workload.hpp"

namespace interleave {

class Statistics {
 public:
  explicit Statistics(std::size_t services) : calls_by_service_(services) {}

  void call_received(std::size_t service) noexcept;
  // `lateness`: how long after its due time the reply was handed to the socket.
  void call_completed(Nanoseconds delay, Nanoseconds lateness) noexcept;
  void calls_abandoned(std::uint64_t count) noexcept;  // their client left before the reply
  void command_refused() noexcept { ++errors_; }       // answered with an error
  void connection_opened() noexcept;
  void connection_closed() noexcept { --connections_open_; }

  [[nodiscard]] std::uint64_t in_flight() const noexcept { return in_flight_; }

  // Starts anew. What is open or in flight stays counted as such: the calls in flight count as received again.
  void reset() noexcept;

  // The STATS reply: one JSON object. Times in ns; null where there is nothing to take a statistic of.
  [[nodiscard]] std::string to_json(const std::vector<ServiceSpec>& services, std::uint64_t seed,
                                    Nanoseconds cpu) const;

 private:
  std::vector<std::uint64_t> calls_by_service_;  // since the start or the last reset, without those in flight then
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
