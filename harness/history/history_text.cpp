#include "harness/history/history_text.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "harness/record/text_table.hpp"

namespace interleave {
namespace {

constexpr std::size_t kNames = 3;         // columns on the left: words, aligned to the left
constexpr std::size_t kShortCommit = 12;  // as git shows it

std::string shown(const HistoryPoint& point) {
  if (!point.value) return "-";
  return short_number(point.value->estimate) + (point.validity == Validity::ok ? "" : "?");
}

std::string change_text(const HistorySeries& series) {
  const std::optional<HistoryChange> change = last_change(series);
  if (!change) return "-";
  const bool none = std::abs(change->percent) < 0.05;
  return fmt::format("{:+.1f} %{}", none ? 0.0 : change->percent, change->apart.value_or(false) ? " *" : "");
}

// The columns are the machine's last commits; a commit without this cell stays open.
TextRow row_of(const HistorySeries& series, const std::vector<std::string>& commits) {
  TextRow row{series.model, series.workload, load_name(series.load)};
  for (const std::string& commit : commits) {
    const auto found = std::find_if(series.points.rbegin(), series.points.rend(),
                                    [&](const HistoryPoint& point) { return point.commit == commit; });
    row.push_back(found == series.points.rend() ? "-" : shown(*found));
  }
  row.push_back(change_text(series));
  std::string changes;
  for (const LevelChange& change : level_changes(series)) {
    changes += (changes.empty() ? "" : ", ") +
               fmt::format("{} ({:+.1f} %)", change.commit.substr(0, kShortCommit), change.percent());
  }
  row.push_back(changes.empty() ? "-" : changes);
  return row;
}

std::string head_of(const MachineHistory& history) {
  const MachineFacts& machine = history.machine;
  std::string hosts;
  for (const std::string& host : history.hostnames) hosts += (hosts.empty() ? "" : ", ") + host;
  std::string text = fmt::format(
      "machine {}: {}, {} CPUs, {} GiB, {}, {} build\n"
      "plan {}, warm-up {:g} s, window {:g} s: {} entries; host {}\n",
      fingerprint(machine), machine.cpu_model, machine.cpus_online, machine.memory_gib, machine.kernel,
      machine.build_type, history.conditions.plan, static_cast<double>(history.conditions.warmup_ns) / 1e9,
      static_cast<double>(history.conditions.duration_ns) / 1e9, history.commits.size(), hosts);
  if (history.hostnames.size() > 1) {
    text += "note: several host names: if these are several machines, alike is not the same\n";
  }
  return text;
}

}  // namespace

std::string history_text(const std::vector<MachineHistory>& histories, std::size_t last) {
  std::string text;
  for (const MachineHistory& history : histories) {
    text += head_of(history);
    const std::size_t skipped = history.commits.size() > last ? history.commits.size() - last : 0;
    const std::vector<std::string> commits(history.commits.begin() + static_cast<std::ptrdiff_t>(skipped),
                                           history.commits.end());
    std::vector<TextRow> rows;
    std::string_view figure;
    for (const HistorySeries& series : history.series) {
      if (series.figure.name != figure) {
        if (!rows.empty()) text += text_table(rows, kNames, LastColumn::numbers);
        figure = series.figure.name;
        text += fmt::format("\n{}{}\n", figure,
                            series.figure.unit.empty() ? "" : fmt::format(" [{}]", series.figure.unit));
        rows = {{"model", "workload", "load"}};
        for (const std::string& commit : commits) rows.front().push_back(commit.substr(0, kShortCommit));
        rows.front().insert(rows.front().end(), {"change", "level changed at"});
      }
      rows.push_back(row_of(series, commits));
    }
    if (!rows.empty()) text += text_table(rows, kNames, LastColumn::numbers);
    text += '\n';
  }
  return text +
         "change: newest against the one before on the same machine; *: the 95 % intervals are apart; ?: not ok.\n"
         "A trend, not a verdict: a machine drifts by more than a change of the code. `interleave regress` "
         "decides.\n";
}

}  // namespace interleave
