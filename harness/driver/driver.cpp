#include "harness/driver/driver.hpp"

#include "harness/driver/interleave_driver.hpp"
#include "harness/driver/wrk_driver.hpp"

namespace interleave {

std::unique_ptr<const Driver> make_driver(std::string_view name, const DriverFiles& files) {
  if (name == "wrk") return std::make_unique<WrkDriver>(files.wrk_script);
  if (name == "interleave") return std::make_unique<InterleaveDriver>(files.interleave_load);
  throw std::logic_error("no driver named " + std::string(name));
}

}  // namespace interleave
