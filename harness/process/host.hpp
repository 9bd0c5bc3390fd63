// Facts about this machine for run.json and the doctor. Facts that cannot be found out are "unknown", never guessed.
#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "harness/process/cpus.hpp"
#include "harness/process/interrupt.hpp"
#include "harness/record/run_record.hpp"

namespace interleave {

[[nodiscard]] HostFacts read_host(const CpuTopology& topology);

// The interpreter that has the Debian packages; the python3 on PATH may be another one.
inline constexpr const char* kPython = "/usr/bin/python3";

// Versions of the tools and libraries that shape a result: wrk, python3, the compiler, and Debian packages.
[[nodiscard]] std::map<std::string, std::string> read_software(const Interrupt& interrupt);

// First line a program prints, on stdout or stderr, whatever it exits with; nullopt: it cannot be run.
[[nodiscard]] std::optional<std::string> first_line_of(const std::vector<std::string>& argv,
                                                       const Interrupt& interrupt);

// Trimmed first line of a file; nullopt if there is none.
[[nodiscard]] std::optional<std::string> first_line_in(const std::filesystem::path& file);

}  // namespace interleave
