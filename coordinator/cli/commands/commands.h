// The commands of `paceline`. Each Add… is in the file of its name, and a line in commands.cc.
#pragma once

namespace CLI {
class App;
}

namespace paceline {

struct Context;

// All of them. `context` outlives `app`.
void AddCommands(CLI::App& app, Context& context);

void AddLocal(CLI::App& app, Context& context);
void AddSubmit(CLI::App& app, Context& context);
void AddList(CLI::App& app, Context& context);
void AddShow(CLI::App& app, Context& context);
void AddWatch(CLI::App& app, Context& context);
void AddLogs(CLI::App& app, Context& context);
// pause, resume, cancel
void AddControl(CLI::App& app, Context& context);
void AddDelete(CLI::App& app, Context& context);
void AddExport(CLI::App& app, Context& context);
void AddImport(CLI::App& app, Context& context);
void AddBench(CLI::App& app, Context& context);
void AddEstimators(CLI::App& app, Context& context);
void AddEval(CLI::App& app, Context& context);
void AddHash(CLI::App& app, Context& context);
void AddCheck(CLI::App& app, Context& context);
void AddWorkers(CLI::App& app, Context& context);

}  // namespace paceline
