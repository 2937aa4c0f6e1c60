#include "common/trace/span.h"

#include <algorithm>
#include <chrono>

namespace paceline {
namespace {

int64_t Nanoseconds(auto time) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time).count();
}

struct Instant {
  SteadyTime steady{};
  int64_t unix_ns = 0;
};

// By both clocks, also where the thread loses the processor between them.
Instant Now() {
  constexpr std::chrono::microseconds kTogether{20};
  constexpr int kTries = 5;
  Instant now;
  SteadyTime::duration apart = SteadyTime::duration::max();
  for (int i = 0; i < kTries && apart > kTogether; ++i) {
    const SteadyTime before = std::chrono::steady_clock::now();
    const auto unix_time = std::chrono::system_clock::now().time_since_epoch();
    const SteadyTime::duration took = std::chrono::steady_clock::now() - before;
    if (took < apart) now = {before, Nanoseconds(unix_time)};
    apart = std::min(apart, took);
  }
  return now;
}

}  // namespace

Span::Span(SpanSink& sink, SpanData data)
    : context_(data.context), sink_(&sink), data_(std::make_unique<SpanData>(std::move(data))) {
  const Instant now = Now();
  began_ = now.steady;
  data_->start_ns = now.unix_ns;
}

Span::Span(Span&& other) noexcept
    : context_(other.context_),
      sink_(other.sink_),
      began_(other.began_),
      data_(std::move(other.data_)) {}

Span& Span::operator=(Span&& other) noexcept {
  if (this == &other) return *this;
  End();
  context_ = other.context_;
  sink_ = other.sink_;
  began_ = other.began_;
  data_ = std::move(other.data_);
  return *this;
}

Span& Span::Set(std::string_view key, std::string_view value) {
  if (data_) data_->attributes.push_back({std::string(key), std::string(value)});
  return *this;
}

Span& Span::Set(std::string_view key, int64_t value) {
  if (data_) data_->attributes.push_back({std::string(key), value});
  return *this;
}

Span& Span::Set(std::string_view key, double value) {
  if (data_) data_->attributes.push_back({std::string(key), value});
  return *this;
}

Span& Span::Fail(const absl::Status& status) {
  if (!data_ || status.ok()) return *this;
  data_->failed = true;
  data_->message = std::string(status.message());
  return *this;
}

// The machine's clock may be set meanwhile, so how long it took is measured by the steady one.
void Span::End() {
  if (!data_) return;
  data_->end_ns = data_->start_ns + Nanoseconds(std::chrono::steady_clock::now() - began_);
  const std::unique_ptr<SpanData> data = std::move(data_);
  sink_->Take(std::move(*data));
}

}  // namespace paceline
