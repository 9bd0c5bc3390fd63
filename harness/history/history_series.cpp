#include "harness/history/history_series.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "harness/stats/change_points.hpp"
#include "harness/stats/interval.hpp"

namespace interleave {
namespace {

constexpr std::size_t kLongest =
    200;  // points that are searched for changes, the newest: the time grows with the square

// Where the rate was not asked for as such it is another in every run.
CellLoad load_of(const HistoryCell& cell) {
  CellLoad load = cell.load;
  if (load.rate && (load.rate->percent || load.rate->search_step)) load.rate->rps.reset();
  return load;
}

bool usable(const HistoryPoint& point) {
  return point.value && point.validity == Validity::ok;
}

HistorySeries& series_of(MachineHistory& history, const HistoryCell& cell, const HistoryFigure& figure) {
  const CellLoad load = load_of(cell);
  const auto found = std::find_if(history.series.begin(), history.series.end(), [&](const HistorySeries& one) {
    return one.model == cell.model && one.workload == cell.workload && one.load == load &&
           one.figure.name == figure.name;
  });
  if (found != history.series.end()) return *found;
  return history.series.emplace_back(
      HistorySeries{.model = cell.model, .workload = cell.workload, .load = load, .figure = figure, .points = {}});
}

MachineHistory& history_of(std::vector<MachineHistory>& histories, const HistoryEntry& entry) {
  const auto found = std::find_if(histories.begin(), histories.end(), [&](const MachineHistory& one) {
    return one.machine == entry.machine && one.conditions == entry.conditions;
  });
  if (found != histories.end()) return *found;
  return histories.emplace_back(MachineHistory{
      .machine = entry.machine, .conditions = entry.conditions, .hostnames = {}, .commits = {}, .series = {}});
}

void add_entry(MachineHistory& history, const HistoryEntry& entry, const HistoryFigure& figure) {
  for (const HistoryCell& cell : entry.cells) {
    HistoryPoint point{
        .commit = entry.commit, .started_utc = entry.started_utc, .validity = cell.validity, .value = {}};
    const auto value = cell.figures.find(std::string(figure.name));
    if (value != cell.figures.end()) point.value = value->second;
    series_of(history, cell, figure).points.push_back(std::move(point));
  }
}

}  // namespace

std::string load_name(const CellLoad& load) {
  return load.rate ? short_name(load) + " c" + std::to_string(load.connections) : short_name(load);
}

std::vector<MachineHistory> sort_history(const std::vector<HistoryEntry>& entries,
                                         const std::vector<std::string>& figures) {
  std::vector<const HistoryEntry*> ordered;
  ordered.reserve(entries.size());
  for (const HistoryEntry& entry : entries) ordered.push_back(&entry);
  std::stable_sort(ordered.begin(), ordered.end(), [](const HistoryEntry* a, const HistoryEntry* b) {
    return a->started_utc < b->started_utc;  // all in UTC, all of one form
  });
  std::vector<MachineHistory> histories;
  for (const HistoryEntry& entry : entries) (void)history_of(histories, entry);  // in the order of the file
  for (const HistoryEntry* entry : ordered) {
    MachineHistory& history = history_of(histories, *entry);
    history.commits.push_back(entry->commit);
    if (std::find(history.hostnames.begin(), history.hostnames.end(), entry->hostname) == history.hostnames.end()) {
      history.hostnames.push_back(entry->hostname);
    }
    for (const HistoryFigure& figure : history_figures()) {
      if (std::find(figures.begin(), figures.end(), figure.name) != figures.end()) add_entry(history, *entry, figure);
    }
  }
  for (MachineHistory& history : histories) {
    const auto place = [&](const HistorySeries& one) {
      const auto wanted = std::find(figures.begin(), figures.end(), one.figure.name) - figures.begin();
      // Loads of one form sort by their length first: 1, 64, 256.
      const std::string load = load_name(one.load);
      return std::tuple(wanted, one.workload, one.load.driver, load.size(), load, one.model);
    };
    std::stable_sort(history.series.begin(), history.series.end(),
                     [&](const HistorySeries& a, const HistorySeries& b) { return place(a) < place(b); });
  }
  return histories;
}

std::optional<HistoryChange> last_change(const HistorySeries& series) {
  std::vector<const HistoryPoint*> measured;
  for (const HistoryPoint& point : series.points) {
    if (point.value) measured.push_back(&point);
  }
  if (measured.size() < 2) return std::nullopt;
  const HistoryPoint& last = *measured.back();
  const HistoryPoint& before = *measured[measured.size() - 2];
  if (!usable(last) || !usable(before) || before.value->estimate <= 0) return std::nullopt;
  HistoryChange change{.percent = 100 * (last.value->estimate / before.value->estimate - 1), .apart = {}};
  if (last.value->low && last.value->high && before.value->low && before.value->high) {
    change.apart = *last.value->low > *before.value->high || *last.value->high < *before.value->low;
  }
  return change;
}

std::vector<LevelChange> level_changes(const HistorySeries& series) {
  std::vector<double> values;
  std::vector<const std::string*> commits;
  for (const HistoryPoint& point : series.points) {
    if (!usable(point) || point.value->estimate <= 0) continue;
    values.push_back(point.value->estimate);
    commits.push_back(&point.commit);
  }
  const std::size_t skipped = values.size() > kLongest ? values.size() - kLongest : 0;
  values.erase(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(skipped));
  std::vector<double> logarithms(values.size());
  std::transform(values.begin(), values.end(), logarithms.begin(), [](double value) { return std::log(value); });
  std::vector<std::size_t> places = change_points(logarithms);
  places.insert(places.begin(), 0);
  places.push_back(values.size());
  const auto level = [&](std::size_t i) {
    return median(std::span(values).subspan(places[i], places[i + 1] - places[i]));
  };
  std::vector<LevelChange> found;
  for (std::size_t i = 1; i + 1 < places.size(); ++i) {
    found.push_back({.commit = *commits[skipped + places[i]], .before = level(i - 1), .after = level(i)});
  }
  return found;
}

}  // namespace interleave
