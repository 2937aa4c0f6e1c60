// A folder in memory for simulated runs.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <string>

#include "gtest/gtest.h"
#include "spdlog/spdlog.h"
#include "tests/testing/sim/world.h"

namespace paceline {

class SimFixture : public ::testing::Test {
 protected:
  SimFixture() {
    spdlog::set_level(std::getenv("PACELINE_SIM_LOG") ? spdlog::level::debug : spdlog::level::off);
    const bool in_memory = std::filesystem::exists("/dev/shm");
    std::string name = in_memory ? "/dev/shm/paceline-sim-XXXXXX" : "/tmp/paceline-sim-XXXXXX";
    folder_ = mkdtemp(name.data()) ? std::filesystem::canonical(name).string() : "";
    EXPECT_FALSE(folder_.empty());
  }
  ~SimFixture() override {
    std::filesystem::remove_all(folder_);
    spdlog::set_level(spdlog::level::info);
  }

  SimOutcome Run(const SimPlan& plan, uint64_t seed, Failpoints& failpoints) {
    const std::string folder = NewFolder();
    return SimWorld(plan, seed, folder, failpoints).Run();
  }
  // Empty, and always the same one.
  std::string NewFolder() {
    std::string folder = folder_ + "/run";
    std::filesystem::remove_all(folder);
    std::filesystem::create_directory(folder);
    return folder;
  }

 private:
  std::string folder_;
};

}  // namespace paceline
