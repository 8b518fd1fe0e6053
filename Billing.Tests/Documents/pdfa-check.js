// Checks files against PDF/A-3b with veraPDF, whose classes come in the jar of npm @opendataloader/pdf; run by Rhino, which is in it too, so that a Java
// runtime is enough: java -cp opendataloader-pdf-cli.jar org.mozilla.javascript.tools.shell.Main pdfa-check.js FILE.pdf …
// Prints PASS or FAIL and what failed. The profile is read with plain DOM: what veraPDF reads it with is no part of a Java runtime any more.
const verapdf = Packages.org.verapdf;
const Profiles = verapdf.pdfa.validation.profiles.Profiles;
const flavour = verapdf.pdfa.flavours.PDFAFlavour.PDFA_3_B;

const children = (element, name) => {
  const found = [];
  for (let node = element.getFirstChild(); node; node = node.getNextSibling()) if (node.getNodeName() == name) found.push(node);
  return found;
};
const child = (element, name) => children(element, name)[0];
const text = (element, name) => (child(element, name) ? child(element, name).getTextContent() : "");

function readProfile() {
  const factory = javax.xml.parsers.DocumentBuilderFactory.newInstance();
  const file = java.lang.ClassLoader.getSystemResourceAsStream("org/verapdf/pdfa/validation/PDFA-3B.xml");
  const root = factory.newDocumentBuilder().parse(file).getDocumentElement();
  const rules = new java.util.HashSet();
  const none = new java.util.ArrayList();
  children(child(root, "rules"), "rule").forEach((rule) => {
    const id = child(rule, "id");
    rules.add(Profiles.ruleFromValues(
      Profiles.ruleIdFromValues(
        verapdf.pdfa.flavours.PDFAFlavour.Specification.valueOf(id.getAttribute("specification")), id.getAttribute("clause"), Number(id.getAttribute("testNumber"))),
      rule.getAttribute("object"), rule.hasAttribute("deferred") ? java.lang.Boolean.valueOf(rule.getAttribute("deferred")) : null,
      rule.hasAttribute("tags") ? rule.getAttribute("tags") : null, text(rule, "description"), text(rule, "test"),
      Profiles.errorFromValues(text(child(rule, "error"), "message"), none), none));
  });
  const variables = new java.util.HashSet();
  (child(root, "variables") ? children(child(root, "variables"), "variable") : []).forEach((variable) => {
    variables.add(Profiles.variableFromValues(variable.getAttribute("name"), variable.getAttribute("object"), text(variable, "defaultValue"), text(variable, "value")));
  });
  return Profiles.profileFromValues(flavour, Profiles.profileDetailsFromValues("", "", "", new java.util.Date(0)), "", rules, variables);
}

java.util.logging.LogManager.getLogManager().reset();
verapdf.gf.foundry.VeraGreenfieldFoundryProvider.initialise();
const foundry = verapdf.pdfa.Foundries.defaultInstance();
const profile = readProfile();
Array.from(arguments).forEach((path) => {
  const parser = foundry.createParser(new java.io.FileInputStream(path), flavour);
  const result = foundry.createValidator(profile, 10, false, true, false).validate(parser);
  print((result.isCompliant() ? "PASS " : "FAIL ") + path + ", " + profile.getRules().size() + " rules, " + result.getTotalAssertions() + " checks");
  Array.from(result.getTestAssertions().toArray()).filter((checked) => checked.getStatus().name() == "FAILED")
    .forEach((failed) => print("  " + failed.getRuleId().getClause() + "-" + failed.getRuleId().getTestNumber() + ": " + failed.getMessage()));
  parser.close();
});
