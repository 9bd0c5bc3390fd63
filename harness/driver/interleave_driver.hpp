// interleave-load: open loops at a rate, and closed ones; latency counts from the intended send time. Every request
// has a number (?id=N), so the backend's delays are the same for every model.
#pragma once
#include <utility>

#include "harness/driver/driver.hpp"

namespace interleave {

class InterleaveDriver final : public Driver {
 public:
  explicit InterleaveDriver(std::filesystem::path program) : program_(std::move(program)) {}

  // REQUIRES: the rate of an open loop is known.
  [[nodiscard]] DriverCommand command(const DriverJob& job) const override;
  [[nodiscard]] bool warms_up() const noexcept override { return true; }
  [[nodiscard]] DriverResult read(const DriverJob& job) const override;

 private:
  std::filesystem::path program_;
};

}  // namespace interleave
