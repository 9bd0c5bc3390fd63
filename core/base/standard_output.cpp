#include "core/base/standard_output.hpp"

#include <cerrno>
#include <cstdio>
#include <iostream>
#include <stdexcept>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace interleave {
namespace {

// 0 or errno. A stream remembers that a write failed, not why, so the cause is looked for: the output is broken off
// already, and one more line end does it no harm.
int why_it_failed() {
  pollfd reader{STDOUT_FILENO, POLLOUT, 0};
  if (::poll(&reader, 1, 0) > 0 && (reader.revents & POLLERR) != 0) return EPIPE;
  return ::write(STDOUT_FILENO, "\n", 1) < 0 ? errno : EIO;
}

std::string advice(int error) {
  if (error == EBADF) return " (it is closed: send it to a file, or to /dev/null)";
  if (error == ENOSPC) return " (make room, or send it elsewhere)";
  return " (send it elsewhere)";
}

}  // namespace

void occupy_standard_descriptors() noexcept {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (::fcntl(fd, F_GETFD) == 0 || errno != EBADF) continue;
    if (::open("/dev/null", O_RDONLY) < 0) return;  // takes the lowest number that is free: this one
  }
}

void flush_stdout() {
  std::cout.flush();
  int error = std::fflush(stdout) != 0 ? errno : 0;
  if (error == 0 && (std::ferror(stdout) != 0 || !std::cout)) error = why_it_failed();
  if (error == 0 || error == EPIPE) return;
  throw std::runtime_error("cannot write to stdout: " + std::generic_category().message(error) + advice(error));
}

}  // namespace interleave
