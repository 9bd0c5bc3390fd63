// Runs one kernel a number of times: `interleave-kernels session_hello 1000`, or --list. Under callgrind the
// difference between two numbers of times is what one costs, exactly and on any machine
// (scripts/instruction_counts.py).
#include <charconv>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "microbench/kernels.hpp"

namespace {

int usage() {
  std::fputs("error: want --list, or the name of a kernel and how often to run it\n", stderr);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::strcmp(argv[1], "--list") == 0) {
    for (const interleave::Kernel& kernel : interleave::kernels()) std::puts(kernel.name.data());
    return 0;
  }
  if (argc != 3) return usage();
  std::size_t times = 0;
  const std::string_view number(argv[2]);
  const auto [end, error] = std::from_chars(number.begin(), number.end(), times);
  if (error != std::errc{} || end != number.end()) return usage();
  for (const interleave::Kernel& kernel : interleave::kernels()) {
    if (kernel.name != argv[1]) continue;
    kernel.run(times);
    return 0;
  }
  return usage();
}
