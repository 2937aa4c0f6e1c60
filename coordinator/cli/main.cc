#include "coordinator/cli/commands/context.h"

int main(int argc, char** argv) {
  return paceline::RunPaceline({argv + 1, argv + argc}, paceline::ProcessEnvironment());
}
