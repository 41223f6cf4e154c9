/** Imports go one way: screens, then the rest, then ui. */
module.exports = {
  forbidden: [
    {
      name: "no-cycles",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "only-routes-open-screens",
      severity: "error",
      from: { pathNot: "^src/(screens/|routes\\.ts|main\\.tsx|App\\.tsx)" },
      to: { path: "^src/screens/" },
    },
    {
      name: "areas-apart",
      severity: "error",
      from: { path: "^src/screens/([^/]+)/" },
      to: { path: "^src/screens/", pathNot: "^src/screens/$1/" },
    },
    {
      name: "ui-knows-only-words",
      severity: "error",
      from: { path: "^src/ui/" },
      to: { path: "^src/(?!ui/|words/)" },
    },
    {
      name: "deal-is-pure",
      severity: "error",
      from: { path: "^src/deal/" },
      to: { path: "^src/(?!deal/|api/schema|words/)" },
    },
  ],
  options: {
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
  },
};
