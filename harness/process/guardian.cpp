#include "harness/process/guardian.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace interleave {
namespace {

void check(int error, const char* what) {
  if (error != 0) throw std::system_error(error, std::generic_category(), what);
}

// In a session of its own, deaf to all signals but SIGKILL: Ctrl-C at the terminal is not meant for it.
class SpawnSettings {
 public:
  explicit SpawnSettings(int standard_input) {
    check(::posix_spawn_file_actions_init(&files_), "posix_spawn");
    check(::posix_spawnattr_init(&attributes_), "posix_spawn");
    check(::posix_spawn_file_actions_adddup2(&files_, standard_input, STDIN_FILENO), "posix_spawn");
    for (const int output : {STDOUT_FILENO, STDERR_FILENO}) {
      check(::posix_spawn_file_actions_addopen(&files_, output, "/dev/null", O_WRONLY, 0), "posix_spawn");
    }
    sigset_t all;
    ::sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes_, &all);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK);
  }
  ~SpawnSettings() {
    ::posix_spawn_file_actions_destroy(&files_);
    ::posix_spawnattr_destroy(&attributes_);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  [[nodiscard]] const posix_spawn_file_actions_t* files() const noexcept { return &files_; }
  [[nodiscard]] const posix_spawnattr_t* attributes() const noexcept { return &attributes_; }

 private:
  posix_spawn_file_actions_t files_{};
  posix_spawnattr_t attributes_{};
};

}  // namespace

Guardian::Guardian(pid_t group) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  const UniqueFd read_end(ends[0]);
  line_.reset(ends[1]);
  std::string shell = "sh";
  std::string option = "-c";
  std::string script = R"(read -r word || kill -s KILL -- "-$1")";
  std::string name = "interleave-guardian";  // for who looks at ps
  std::string number = std::to_string(group);
  std::array<char*, 6> arguments{shell.data(), option.data(), script.data(), name.data(), number.data(), nullptr};
  const SpawnSettings settings(read_end.get());
  check(::posix_spawn(&pid_, "/bin/sh", settings.files(), settings.attributes(), arguments.data(), environ),
        "cannot start /bin/sh");
}

Guardian::Guardian(Guardian&& other) noexcept : pid_(std::exchange(other.pid_, -1)), line_(std::move(other.line_)) {}

Guardian& Guardian::operator=(Guardian&& other) noexcept {
  if (this == &other) return *this;
  end();
  pid_ = std::exchange(other.pid_, -1);
  line_ = std::move(other.line_);
  return *this;
}

void Guardian::dismiss() noexcept {
  if (!line_.valid()) return;
  [[maybe_unused]] const ssize_t told = ::write(line_.get(), "\n", 1);
  line_.reset();
}

void Guardian::end() noexcept {
  dismiss();
  if (pid_ <= 0) return;
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
}

}  // namespace interleave
