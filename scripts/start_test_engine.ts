/**
 * Starts a Docker engine in a folder, for trying things out: what is missing is installed from Debian
 * packages, and there is an image without a registry. Needs root.
 *
 * Usage: deno run -A scripts/start_test_engine.ts [start|stop] [FOLDER]
 */
import { installTestTools } from "./install_test_tools.ts";
import { TEST_IMAGE, TestEngine } from "./test_engine.ts";

const [action = "start", folder = "/tmp/decnet-test-engine"] = Deno.args;
const engine = new TestEngine(folder, true);
if (action === "stop") {
  await engine.stop();
} else {
  await installTestTools();
  await engine.start();
  const text = `image ${TEST_IMAGE}\nexport DOCKER_HOST=${engine.host}\n`;
  await Deno.stdout.write(new TextEncoder().encode(text));
}
