#include "harness/process/proc_text.hpp"

#include <charconv>
#include <cstddef>
#include <vector>

namespace interleave {
namespace {

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  constexpr std::string_view kBlank = " \t\n";
  for (std::size_t at = text.find_first_not_of(kBlank); at != std::string_view::npos;) {
    const std::size_t end = text.find_first_of(kBlank, at);
    words.push_back(text.substr(at, end == std::string_view::npos ? end : end - at));
    at = end == std::string_view::npos ? end : text.find_first_not_of(kBlank, end);
  }
  return words;
}

std::optional<std::uint64_t> number(std::string_view word) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc{} || end != word.data() + word.size()) return std::nullopt;
  return value;
}

std::string_view first_line(std::string_view text) {
  return text.substr(0, text.find('\n'));
}

// The rest of the line that starts with `start`, from `from` on; npos in `from` means none is left.
std::optional<std::string_view> line_after(std::string_view text, std::string_view start, std::size_t& from) {
  while (from < text.size()) {
    const std::string_view line = first_line(text.substr(from));
    from += line.size() + 1;
    if (line.starts_with(start)) return line.substr(start.size());
  }
  return std::nullopt;
}

}  // namespace

std::optional<PidStat> parse_pid_stat(std::string_view text) {
  // The second field is the command in parentheses and may contain anything, blanks and ')' included.
  const std::size_t command_end = text.rfind(')');
  if (command_end == std::string_view::npos) return std::nullopt;
  const auto words = words_of(text.substr(command_end + 1));  // words[0] is field 3, the state
  if (words.size() < 18) return std::nullopt;
  const auto user = number(words[11]);
  const auto system = number(words[12]);
  const auto threads = number(words[17]);
  if (!user || !system || !threads) return std::nullopt;
  return PidStat{*user, *system, *threads, words[0] == "Z" || words[0] == "X"};
}

std::optional<std::uint64_t> parse_kib_field(std::string_view text, std::string_view key) {
  std::size_t from = 0;
  const auto rest = line_after(text, key, from);
  if (!rest) return std::nullopt;
  const auto words = words_of(*rest);
  return words.size() == 2 && words[1] == "kB" ? number(words[0]) : std::nullopt;
}

std::optional<std::chrono::nanoseconds> parse_schedstat_wait(std::string_view text) {
  const auto words = words_of(text);
  const auto wait = words.size() == 3 ? number(words[1]) : std::nullopt;
  return wait ? std::optional(std::chrono::nanoseconds(*wait)) : std::nullopt;
}

std::optional<CpuTicks> parse_cpu_ticks(std::string_view text) {
  const auto words = words_of(first_line(text));
  constexpr std::size_t kSteal = 8;  // cpu user nice system idle iowait irq softirq steal
  if (words.size() <= kSteal || words[0] != "cpu") return std::nullopt;
  CpuTicks ticks;
  for (std::size_t i = 1; i <= kSteal; ++i) {
    const auto value = number(words[i]);
    if (!value) return std::nullopt;
    ticks.total += *value;
    if (i == kSteal) ticks.steal = *value;
  }
  return ticks;
}

std::optional<std::chrono::microseconds> parse_pressure_some(std::string_view text) {
  std::size_t from = 0;
  const auto rest = line_after(text, "some ", from);
  constexpr std::string_view kKey = "total=";
  const std::size_t at = rest ? rest->find(kKey) : std::string_view::npos;
  if (at == std::string_view::npos) return std::nullopt;
  const auto total = number(rest->substr(at + kKey.size()));
  return total ? std::optional(std::chrono::microseconds(*total)) : std::nullopt;
}

std::optional<std::uint64_t> parse_net_counter(std::string_view text, std::string_view group, std::string_view name) {
  std::size_t from = 0;
  const auto names = line_after(text, group, from);
  const auto values = line_after(text, group, from);
  if (!names || !values) return std::nullopt;
  const auto name_words = words_of(*names);
  const auto value_words = words_of(*values);
  for (std::size_t i = 0; i < name_words.size() && i < value_words.size(); ++i) {
    if (name_words[i] == name) return number(value_words[i]);
  }
  return std::nullopt;
}

std::optional<PortRange> parse_port_range(std::string_view text) {
  constexpr std::uint64_t kLastPort = 65'535;
  const auto words = words_of(text);
  if (words.size() != 2) return std::nullopt;
  const auto first = number(words[0]);
  const auto last = number(words[1]);
  if (!first || !last || *last < *first || *last > kLastPort) return std::nullopt;
  return PortRange{static_cast<std::uint32_t>(*first), static_cast<std::uint32_t>(*last)};
}

std::optional<MemoryFacts> parse_memory(std::string_view text) {
  constexpr std::uint64_t kKibPerMib = 1024;
  const auto available = parse_kib_field(text, "MemAvailable:");
  const auto swap = parse_kib_field(text, "SwapTotal:");
  const auto swap_free = parse_kib_field(text, "SwapFree:");
  if (!available || !swap || !swap_free || *swap_free > *swap) return std::nullopt;
  return MemoryFacts{*available / kKibPerMib, (*swap - *swap_free) / kKibPerMib};
}

std::optional<double> parse_cpu_quota(std::string_view text) {
  const auto words = words_of(text);
  if (words.size() != 2) return std::nullopt;
  const auto quota = number(words[0]);
  const auto period = number(words[1]);
  if (!quota || !period || *quota == 0 || *period == 0) return std::nullopt;
  return static_cast<double>(*quota) / static_cast<double>(*period);
}

}  // namespace interleave
