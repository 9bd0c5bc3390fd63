// The history sorted into series: one figure of one cell, on one machine, under the same conditions. Nothing is ever
// compared across series. Pure.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/history/history_entry.hpp"

namespace interleave {

struct HistoryPoint {
  std::string commit;
  std::string started_utc;
  Validity validity = Validity::ok;
  std::optional<Estimate> value;  // nullopt: not measured in that entry
};

struct HistorySeries {
  std::string model;
  std::string workload;
  CellLoad load;  // without a rate that was not asked for as such: of a share of the capacity, of a search
  HistoryFigure figure;
  std::vector<HistoryPoint> points;  // by the time of the measurement; one for each entry that has the cell
};

// The series' load as people say it: "64", "50% c64".
[[nodiscard]] std::string load_name(const CellLoad& load);

// All entries of one machine and one way of measuring.
struct MachineHistory {
  MachineFacts machine;
  HistoryConditions conditions;
  std::vector<std::string> hostnames;  // each once
  std::vector<std::string> commits;    // by time
  std::vector<HistorySeries> series;   // by figure as asked for, then workload, load, model
};

// `figures`: names of history_figures(). In the order in which the machines first appear.
[[nodiscard]] std::vector<MachineHistory> sort_history(const std::vector<HistoryEntry>& entries,
                                                       const std::vector<std::string>& figures);

// The last point against the one before it.
struct HistoryChange {
  double percent = 0;
  std::optional<bool> apart;  // whether the 95 % intervals have nothing in common; nullopt: one of them is not known
};
// nullopt: fewer than two values, or one of these two is not ok.
[[nodiscard]] std::optional<HistoryChange> last_change(const HistorySeries& series);

// From this commit on the level is another one. A level is the median of the ok points between two changes.
struct LevelChange {
  std::string commit;
  double before = 0;  // in the figure's unit, as `after`
  double after = 0;
  [[nodiscard]] double percent() const noexcept { return 100 * (after / before - 1); }
};
// Of the ok points (harness/stats/change_points.hpp), by time.
[[nodiscard]] std::vector<LevelChange> level_changes(const HistorySeries& series);

}  // namespace interleave
