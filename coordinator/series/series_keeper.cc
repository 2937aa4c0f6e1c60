#include "coordinator/series/series_keeper.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "coordinator/series/series_row.h"
#include "coordinator/store/data_folder.h"

namespace paceline {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds kLook{2};
// Whoever commits an outer step waits no longer for the store.
constexpr std::chrono::milliseconds kTurn{2};
constexpr int kMostRowsAtOnce = 256;
// For rows that a file lacks, of one question.
constexpr std::chrono::milliseconds kTailPatience{200};
constexpr int kNice = 15;

// How many rows to read at once, so that a turn takes as long as it may.
class Pace {
 public:
  int rows() const { return rows_; }
  void Took(steady_clock::duration time) {
    rows_ = time > kTurn ? std::max(rows_ / 2, 1) : std::min(rows_ * 2, kMostRowsAtOnce);
  }

 private:
  int rows_ = 16;
};

}  // namespace

SeriesKeeper::SeriesKeeper(Store& store, std::string data_folder,
                           std::function<std::vector<SeriesJob>()> at_work)
    : store_(store),
      data_folder_(std::move(data_folder)),
      at_work_(std::move(at_work)),
      thread_([this](const std::stop_token& stop) { Run(stop); }) {}

SeriesKeeper::~SeriesKeeper() = default;

SeriesFile::Job SeriesKeeper::FileOf(const SeriesJob& job) const {
  return {.path = JobFolder(data_folder_, job.name) + "/series.bin",
          .born = job.born,
          .metrics = MetricsOf(job.tasks)};
}

int64_t SeriesKeeper::RowsOf(const SeriesJob& job) {
  std::lock_guard lock(files_mutex_);
  const auto [rows, is_new] = rows_.try_emplace({job.name, job.born}, 0);
  if (is_new) {
    const auto file = SeriesFile::Open(FileOf(job));
    if (file.ok()) rows->second = file->rows();
  }
  return rows->second = std::min(rows->second, job.step);
}

void SeriesKeeper::LookAgain(const SeriesJob& job) {
  std::lock_guard lock(files_mutex_);
  rows_.erase({job.name, job.born});
}

absl::Status SeriesKeeper::ReadTail(
    const SeriesJob& job, int64_t after, int64_t last,
    const std::function<void(const v1::OuterStepRecord&)>& take) const {
  const auto end = steady_clock::now() + kTailPatience;
  for (Pace pace; after < last && steady_clock::now() < end;) {
    const auto began = steady_clock::now();
    const int most = static_cast<int>(std::min<int64_t>(pace.rows(), last - after));
    const auto records = store_.Records(job.name, after, most);
    pace.Took(steady_clock::now() - began);
    if (!records.ok()) return records.status();
    if (records->empty()) break;
    for (const v1::OuterStepRecord& record : *records) take(record);
    after = records->back().step();
  }
  return absl::OkStatus();
}

absl::StatusOr<SeriesAnswer> SeriesKeeper::Read(const SeriesJob& job,
                                                const SeriesQuestion& question) {
  SeriesAnswer answer;
  const int64_t last = std::min(question.last, job.step);
  answer.bucket_steps =
      BucketSteps(question.first, std::max(last, question.first), question.points);
  answer.series.assign(question.metrics.size(), Buckets(answer.bucket_steps));
  const auto take = [&](int64_t step, std::span<const float> row) {
    if (step < question.first || step > last) return;
    for (size_t i = 0; i < question.metrics.size(); ++i) {
      answer.series[i].Add(step, row[question.metrics[i]]);
    }
    answer.last_step = step;
  };
  const int64_t rows = RowsOf(job);
  if (rows >= question.first) {
    const auto file = SeriesFile::OpenToRead(FileOf(job), rows);
    if (!file.ok() || !file->Read(question.first, last, take).ok()) LookAgain(job);
  }
  const int64_t after = std::max({answer.last_step, question.first - 1, int64_t{0}});
  absl::Status tail = ReadTail(job, after, last, [&](const v1::OuterStepRecord& record) {
    take(record.step(), SeriesRowOf(record, job.tasks));
  });
  if (!tail.ok()) return tail;
  answer.building = question.first <= last && answer.last_step < last;
  if (rows < job.step) {
    std::lock_guard lock(mutex_);
    wanted_.insert_or_assign(job.name, job);
    wake_.notify_one();
  }
  return answer;
}

absl::Status SeriesKeeper::Extend(const SeriesJob& job, const std::stop_token& stop) {
  Pace pace;
  for (int64_t rows = RowsOf(job); rows < job.step && !stop.stop_requested();) {
    const auto began = steady_clock::now();
    const auto records = store_.Records(job.name, rows, pace.rows());
    const auto took = steady_clock::now() - began;
    pace.Took(took);
    if (!records.ok()) return records.status();
    if (records->empty()) break;
    std::vector<std::vector<float>> more;
    for (const auto& record : *records) more.push_back(SeriesRowOf(record, job.tasks));
    const auto appended = Append(job, rows, more);
    if (!appended.ok()) return appended.status();
    rows = *appended;
    std::this_thread::sleep_for(took);
  }
  return absl::OkStatus();
}

absl::StatusOr<int64_t> SeriesKeeper::Append(const SeriesJob& job, int64_t rows,
                                             const std::vector<std::vector<float>>& more) {
  std::lock_guard lock(files_mutex_);
  const std::pair key(job.name, job.born);
  auto file = SeriesFile::OpenToAppend(FileOf(job), rows);
  absl::Status status = file.ok() ? file->Append(more) : file.status();
  if (!status.ok()) {
    rows_.erase(key);
    return status;
  }
  return rows_[key] = file->rows();
}

void SeriesKeeper::Run(const std::stop_token& stop) {
  setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNice);
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    auto jobs = std::exchange(wanted_, {});
    lock.unlock();
    for (SeriesJob& job : at_work_()) jobs.insert_or_assign(job.name, std::move(job));
    // What cannot be written now is tried again when it is asked for.
    for (const auto& [name, job] : jobs) (void)Extend(job, stop);
    lock.lock();
    wake_.wait_for(lock, stop, kLook, [this] { return !wanted_.empty(); });
  }
}

}  // namespace paceline
