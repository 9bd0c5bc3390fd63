// What the doctor judges, read from this machine: /proc, /sys, the tools, the disk. Takes a third of a second, in
// which timers and steal are watched. Throws Interrupted.
#pragma once
#include "harness/cli/doctor.hpp"
#include "harness/cli/places.hpp"
#include "harness/process/interrupt.hpp"

namespace interleave {

[[nodiscard]] DoctorFacts read_doctor_facts(const Places& places, const Interrupt& interrupt);

}  // namespace interleave
