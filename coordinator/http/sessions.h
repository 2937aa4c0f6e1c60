// Who has logged in with a browser. Sessions are in memory alone: a restart ends them.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "common/base/clock.h"
#include "coordinator/access/caller.h"
#include "coordinator/roster/token_bucket.h"

namespace paceline {

inline constexpr std::chrono::hours kSessionIdle{12};
inline constexpr char kSessionCookie[] = "paceline_session";
inline constexpr size_t kMostSessions = 1024;

struct Session {
  Caller caller;
  std::string csrf;  // what its page's requests show, and no other site's can
  SteadyTime used{};
};

// Thread-safe.
class Sessions {
 public:
  // `clock` outlives the object.
  explicit Sessions(const Clock& clock) : clock_(clock) {}

  // The new session's id, of 256 random bits: the cookie. Where there are too many, the one that
  // has been idle the longest ends.
  std::string Begin(Caller caller);
  // Nothing if there is none of that id, or it was idle for too long.
  std::optional<Session> Find(std::string_view id);
  void End(std::string_view id);

 private:
  const Clock& clock_;
  std::mutex mutex_;
  // By the SHA-256 of their ids: how long a look-up takes tells nothing of an id.
  std::map<std::string, Session> sessions_;  // guarded by mutex_
};

// Whether they are equal, in a time that tells nothing of either.
bool SameSecret(std::string_view a, std::string_view b);

// How often a host may try to log in. Thread-safe.
class LoginLimit {
 public:
  explicit LoginLimit(const Clock& clock) : clock_(clock) {}
  // ResourceExhausted if it tries too often.
  absl::Status Take(const std::string& host);

 private:
  const Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, TokenBucket> hosts_;  // guarded by mutex_
};

}  // namespace paceline
