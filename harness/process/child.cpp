#include "harness/process/child.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

extern "C" {
#include <sys/pidfd.h>  // glibc 2.36 declares its functions without C linkage
}

namespace interleave {
namespace {

struct Pipe {
  UniqueFd read_end;
  UniqueFd write_end;
};

Pipe make_pipe() {
  std::array<int, 2> fds{};
  if (::pipe2(fds.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  return {UniqueFd(fds[0]), UniqueFd(fds[1])};
}

void set_non_blocking(int fd) {
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
}

// Everything the forked child needs, prepared before the fork: after it only async-signal-safe calls are allowed.
struct ExecPlan {
  std::string program;
  std::vector<char*> argv;
  std::vector<std::string> environment_text;
  std::vector<char*> environment;
  cpu_set_t cpus{};
  bool pin = false;
  pid_t parent = 0;
  int out = -1;
  int err = -1;
  int failure = -1;
};

std::vector<std::string> merged_environment(const ChildOptions& options) {
  std::vector<std::string> merged;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::string_view key = text.substr(0, text.find('='));
    if (!options.environment.contains(std::string(key))) merged.emplace_back(text);
  }
  for (const auto& [key, value] : options.environment) {
    std::string text = key;
    text += '=';
    text += value;
    merged.push_back(std::move(text));
  }
  return merged;
}

// Runs in the child between fork and exec. Any failure is sent as errno through the pipe that exec closes.
[[noreturn]] void exec_in_child(const ExecPlan& plan) noexcept {
  const auto fail = [&] {
    const int error = errno;
    [[maybe_unused]] const ssize_t sent = ::write(plan.failure, &error, sizeof error);
    ::_exit(127);
  };
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) fail();
  // The parent may have died before the line above: then the signal will never come.
  if (::getppid() != plan.parent) ::_exit(127);
  ::setpgid(0, 0);
  if (plan.pin && ::sched_setaffinity(0, sizeof plan.cpus, &plan.cpus) != 0) fail();
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  const int null = ::open("/dev/null", O_RDONLY);
  if (null < 0 || ::dup2(null, STDIN_FILENO) < 0) fail();
  if (null != STDIN_FILENO) ::close(null);
  if (::dup2(plan.out, STDOUT_FILENO) < 0 || ::dup2(plan.err, STDERR_FILENO) < 0) fail();
  ::execve(plan.program.c_str(), plan.argv.data(), plan.environment.data());
  fail();
  ::_exit(127);
}

ExecPlan prepare(const ChildOptions& options) {
  ExecPlan plan;
  plan.program = options.argv.at(0);
  if (plan.program.find('/') == std::string::npos) {
    const auto found = find_program(plan.program);
    if (!found) throw std::system_error(ENOENT, std::generic_category(), plan.program);
    plan.program = found->string();
  }
  // execve takes char* for historical reasons and changes nothing.
  for (const std::string& word : options.argv) plan.argv.push_back(const_cast<char*>(word.c_str()));  // NOLINT
  plan.argv.push_back(nullptr);
  plan.environment_text = merged_environment(options);
  for (std::string& entry : plan.environment_text) plan.environment.push_back(entry.data());
  plan.environment.push_back(nullptr);
  CPU_ZERO(&plan.cpus);
  for (const std::uint32_t cpu : options.cpus) CPU_SET(cpu, &plan.cpus);
  plan.pin = !options.cpus.empty();
  plan.parent = ::getpid();
  return plan;
}

// Appends what can be read now. False: end of file or error, close the pipe.
bool read_available(int fd, std::string& into, std::size_t limit) {
  std::array<char, 16384> buffer{};
  for (;;) {
    const ssize_t got = ::read(fd, buffer.data(), buffer.size());
    if (got > 0) {
      const std::size_t room = limit - std::min(limit, into.size());
      into.append(buffer.data(), std::min(room, static_cast<std::size_t>(got)));
    } else if (got == 0) {
      return false;
    } else if (errno != EINTR) {
      return errno == EAGAIN;
    }
  }
}

int milliseconds_until(TimePoint deadline) {
  if (deadline == kNever) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000));
}

}  // namespace

std::string to_string(const ExitStatus& status) {
  if (status.signal == 0) return "exit " + std::to_string(status.code);
  const char* name = ::sigabbrev_np(status.signal);
  return name != nullptr ? std::string("killed by SIG") + name : "killed by signal " + std::to_string(status.signal);
}

Child Child::spawn(ChildOptions options) {
  ExecPlan plan = prepare(options);
  Pipe out = make_pipe();
  Pipe err = make_pipe();
  Pipe failure = make_pipe();
  plan.out = out.write_end.get();
  plan.err = err.write_end.get();
  plan.failure = failure.write_end.get();

  Child child;
  child.name_ = std::move(options.name);
  child.output_limit_ = options.output_limit;
  child.pid_ = ::fork();
  if (child.pid_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (child.pid_ == 0) exec_in_child(plan);

  failure.write_end.reset();
  int error = 0;
  ssize_t got = 0;
  do {
    got = ::read(failure.read_end.get(), &error, sizeof error);
  } while (got < 0 && errno == EINTR);
  if (got == sizeof error) {
    ::waitpid(child.pid_, nullptr, 0);
    child.pid_ = -1;
    throw std::system_error(error, std::generic_category(), plan.program);
  }
  child.guardian_ = Guardian(child.pid_);
  child.pid_fd_.reset(::pidfd_open(child.pid_, 0));
  if (!child.pid_fd_.valid()) throw std::system_error(errno, std::generic_category(), "pidfd_open");
  child.out_pipe_ = std::move(out.read_end);
  child.err_pipe_ = std::move(err.read_end);
  set_non_blocking(child.out_pipe_.get());
  set_non_blocking(child.err_pipe_.get());
  return child;
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      name_(std::move(other.name_)),
      pid_fd_(std::move(other.pid_fd_)),
      out_pipe_(std::move(other.out_pipe_)),
      err_pipe_(std::move(other.err_pipe_)),
      output_limit_(other.output_limit_),
      out_(std::move(other.out_)),
      err_(std::move(other.err_)),
      line_ends_(std::move(other.line_ends_)),
      exit_(other.exit_),
      guardian_(std::move(other.guardian_)),
      usage_(other.usage_) {}

Child& Child::operator=(Child&& other) noexcept {
  if (this == &other) return *this;
  kill_and_reap();
  pid_ = std::exchange(other.pid_, -1);
  name_ = std::move(other.name_);
  pid_fd_ = std::move(other.pid_fd_);
  out_pipe_ = std::move(other.out_pipe_);
  err_pipe_ = std::move(other.err_pipe_);
  output_limit_ = other.output_limit_;
  out_ = std::move(other.out_);
  err_ = std::move(other.err_);
  line_ends_ = std::move(other.line_ends_);
  exit_ = other.exit_;
  guardian_ = std::move(other.guardian_);
  usage_ = other.usage_;
  return *this;
}

Child::~Child() {
  kill_and_reap();
}

void Child::kill_and_reap() noexcept {
  if (pid_ <= 0 || exit_) return;
  ::kill(-pid_, SIGKILL);
  ::kill(pid_, SIGKILL);  // should the group not exist yet
  guardian_.dismiss();
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
}

std::string Child::last_error_line() const {
  const std::size_t end = err_.find_last_not_of("\n\r ");
  if (end == std::string::npos) return {};
  const std::size_t begin = err_.rfind('\n', end);
  return err_.substr(begin == std::string::npos ? 0 : begin + 1,
                     end - (begin == std::string::npos ? 0 : begin + 1) + 1);
}

std::string Child::line(std::size_t index) const {
  const std::size_t begin = index == 0 ? 0 : line_ends_.at(index - 1) + 1;
  return out_.substr(begin, line_ends_.at(index) - begin);
}

void Child::read_output() {
  const std::size_t before = out_.size();
  if (out_pipe_.valid() && !read_available(out_pipe_.get(), out_, output_limit_)) out_pipe_.reset();
  if (err_pipe_.valid() && !read_available(err_pipe_.get(), err_, output_limit_)) err_pipe_.reset();
  for (std::size_t at = out_.find('\n', before); at != std::string::npos; at = out_.find('\n', at + 1)) {
    line_ends_.push_back(at);
  }
}

void Child::reap_if_ended() {
  if (pid_ <= 0 || exit_) return;
  siginfo_t info{};
  const auto id = static_cast<id_t>(pid_);
  if (::waitid(P_PID, id, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid != pid_) return;
  ::kill(-pid_, SIGKILL);  // whatever it left behind in its group; before reaping, while the number is still ours
  guardian_.dismiss();
  int status = 0;
  struct rusage usage {};
  if (::wait4(pid_, &status, 0, &usage) != pid_) return;
  ExitStatus ended;
  if (WIFSIGNALED(status))
    ended.signal = WTERMSIG(status);
  else
    ended.code = WEXITSTATUS(status);
  const auto to_ns = [](const timeval& time) {
    return std::chrono::nanoseconds(std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec));
  };
  usage_.user = to_ns(usage.ru_utime);
  usage_.system = to_ns(usage.ru_stime);
  usage_.max_rss_kib = usage.ru_maxrss;
  exit_ = ended;
}

void Child::poll() {
  // Reap first: what an ended child wrote is then certainly in the pipes.
  reap_if_ended();
  read_output();
}

bool Child::signal(int number) noexcept {
  return pid_ > 0 && !exit_ && ::pidfd_send_signal(pid_fd_.get(), number, nullptr, 0) == 0;
}

Child::Ending Child::terminate(std::chrono::milliseconds grace) {
  Child* const self = this;
  const auto ended = [this] { return exit_.has_value(); };
  Ending ending;
  signal(SIGTERM);
  if (!wait_for({&self, 1}, now() + grace, -1, ended)) {
    ending.forced = true;
    ::kill(-pid_, SIGKILL);
    // SIGKILL cannot be refused; a process in uninterruptible sleep ends when the kernel lets it.
    wait_for({&self, 1}, kNever, -1, ended);
  }
  ending.status = *exit_;
  return ending;
}

std::optional<std::filesystem::path> find_program(const std::string& name) {
  const auto executable = [](const std::filesystem::path& path) {
    std::error_code ignored;
    return std::filesystem::is_regular_file(path, ignored) && ::access(path.c_str(), X_OK) == 0;
  };
  if (name.find('/') != std::string::npos) {
    return executable(name) ? std::optional<std::filesystem::path>(name) : std::nullopt;
  }
  const char* variable = std::getenv("PATH");
  std::string_view rest = variable != nullptr ? variable : "/usr/bin:/bin";
  while (!rest.empty()) {
    const std::size_t colon = rest.find(':');
    const std::filesystem::path candidate = std::filesystem::path(rest.substr(0, colon)) / name;
    if (executable(candidate)) return candidate;
    rest = colon == std::string_view::npos ? std::string_view{} : rest.substr(colon + 1);
  }
  return std::nullopt;
}

bool wait_for(std::span<Child* const> children, TimePoint deadline, int wake_fd, const std::function<bool()>& done) {
  std::vector<pollfd> fds;
  for (;;) {
    for (Child* child : children) child->poll();
    if (done()) return true;
    if (now() >= deadline) return false;
    fds.clear();
    for (const Child* child : children) {
      for (const int fd : {child->out_fd(), child->err_fd(), child->end_fd()}) {
        if (fd >= 0) fds.push_back({fd, POLLIN, 0});
      }
    }
    fds.push_back({wake_fd, POLLIN, 0});  // poll ignores -1
    ::poll(fds.data(), fds.size(), milliseconds_until(deadline));
    if (fds.back().revents != 0) return false;
  }
}

}  // namespace interleave
