// wrk: a closed loop on the workload's routes, picked by weight in an order given by the trial's seed.
#pragma once
#include <utility>

#include "harness/driver/driver.hpp"

namespace interleave {

class WrkDriver final : public Driver {
 public:
  explicit WrkDriver(std::filesystem::path script) : script_(std::move(script)) {}

  // Its timeout allows for the slowest case, requests one after another. wrk -d takes whole seconds: a duration with
  // a fraction is ended by SIGINT, which wrk treats as the end of its time.
  [[nodiscard]] DriverCommand command(const DriverJob& job) const override;
  [[nodiscard]] DriverResult read(const DriverJob& job) const override;

 private:
  std::filesystem::path script_;
};

}  // namespace interleave
