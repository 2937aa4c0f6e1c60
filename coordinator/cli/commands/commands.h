// The commands of `paceline`. Each Add… is in the file of its name, and a line in commands.cc.
#pragma once

namespace paceline {

class Command;
struct Context;

// All of them. `context` outlives `app`.
void AddCommands(Command& app, Context& context);

void AddLocal(Command& app, Context& context);
void AddSubmit(Command& app, Context& context);
void AddList(Command& app, Context& context);
void AddShow(Command& app, Context& context);
void AddWatch(Command& app, Context& context);
void AddLogs(Command& app, Context& context);
// pause, resume, cancel, priority
void AddControl(Command& app, Context& context);
void AddDelete(Command& app, Context& context);
void AddExport(Command& app, Context& context);
void AddImport(Command& app, Context& context);
void AddBench(Command& app, Context& context);
void AddEstimators(Command& app, Context& context);
void AddEval(Command& app, Context& context);
void AddEvaluate(Command& app, Context& context);
void AddReport(Command& app, Context& context);
void AddEvaluations(Command& app, Context& context);
void AddHash(Command& app, Context& context);
void AddReplay(Command& app, Context& context);
void AddDiff(Command& app, Context& context);
void AddCheck(Command& app, Context& context);
void AddTasks(Command& app, Context& context);
void AddWorkers(Command& app, Context& context);
// issue, list, revoke
void AddTokens(Command& app, Context& context);
void AddRevoke(Command& app, Context& context);
void AddWhoAmI(Command& app, Context& context);
void AddAudit(Command& app, Context& context);
void AddDoctor(Command& app, Context& context);
// init, issue, renew, revoke, list
void AddCerts(Command& app, Context& context);
void AddTrace(Command& app, Context& context);

}  // namespace paceline
