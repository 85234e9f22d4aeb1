package io.techops.broadcast.testing;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * A real headless Chromium, driven through {@code chromedriver} by the W3C WebDriver protocol.
 *
 * <p>Both programs must be on the {@code PATH}. If one is missing the test is skipped, with the reason, or fails if the
 * environment has {@code BROADCAST_REQUIRE_BROWSER=true}. Every process started here ends with {@link #close()}, and
 * with the JVM at the latest. For one thread.
 */
public final class Browser implements AutoCloseable {

    /** The Enter key, inside a text to type. */
    public static final String ENTER = "\uE007";

    private static final String ELEMENT = "element-6066-11e4-a52e-4f735466cecf"; // the protocol's name of a reference
    private static final Pattern STARTED = Pattern.compile("started successfully on port (\\d+)");
    private static final Duration START_LIMIT = TestRun.LIMIT;
    private static final Duration COMMAND_LIMIT = TestRun.LIMIT;
    private static final Duration STOP_LIMIT = Duration.ofSeconds(5);

    private final JsonMapper json = new JsonMapper();
    private final HttpClient http = HttpClient.newHttpClient();
    private final Thread lastResort = new Thread(this::clean, "browser-end");
    private final Path folder;
    private final Process driver;
    private URI session; // null until the browser has started

    private Browser(Path chromium, Path chromedriver) {
        try {
            folder = Files.createTempDirectory("browser");
            Path output = folder.resolve("driver.log");
            driver = new ProcessBuilder(chromedriver.toString(), "--port=0")
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            Runtime.getRuntime().addShutdownHook(lastResort);
            try {
                URI root = URI.create("http://127.0.0.1:" + port(output) + "/session");
                JsonNode started = call("POST", root, json.valueToTree(capabilities(chromium)).toString());
                session = URI.create(root + "/" + started.get("sessionId").asText());
            } catch (RuntimeException | Error e) {
                close();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts a browser; skips the test, or fails it, if there is none on this machine. */
    public static Browser start() {
        Optional<Path> chromium = Stream.of("chromium", "chromium-browser", "google-chrome")
                .flatMap(name -> onPath(name).stream())
                .findFirst();
        Optional<Path> chromedriver = onPath("chromedriver");
        if (chromium.isPresent() && chromedriver.isPresent()) {
            return new Browser(chromium.get(), chromedriver.get());
        }
        String reason = (chromium.isEmpty() ? "chromium" : "chromedriver") + " is not on the PATH";
        if ("true".equals(System.getenv("BROADCAST_REQUIRE_BROWSER"))) {
            throw new IllegalStateException(reason + ", and BROADCAST_REQUIRE_BROWSER is true");
        }
        return Assumptions.abort(reason + ": the demo page is not tested");
    }

    /** Opens {@code page} in a new tab. */
    public Tab open(URI page) {
        return open(page, "");
    }

    /** Opens {@code page} in a new tab, where {@code script} runs before the page's own scripts. */
    public Tab open(URI page, String script) {
        Tab tab = new Tab(post("/window/new", Map.of("type", "tab")).get("handle").asText());
        if (!script.isEmpty()) {
            tab.devtools("Page.addScriptToEvaluateOnNewDocument", Map.of("source", script));
        }
        tab.post("/url", Map.of("url", page.toString()));
        return tab;
    }

    /** Closes every tab but the first, which is blank and keeps the browser alive. */
    public void closeTabs() {
        List<String> handles = new ArrayList<>();
        get("/window/handles").forEach(handle -> handles.add(handle.asText()));
        for (String handle : handles.subList(1, handles.size())) {
            post("/window", Map.of("handle", handle));
            call("DELETE", at("/window"), "");
        }
        post("/window", Map.of("handle", handles.get(0)));
    }

    /** Ends the browser and its driver, by force if they do not end when asked to, and deletes their files. */
    @Override
    public void close() {
        try {
            if (session != null) {
                call("DELETE", session, "");
            }
        } catch (RuntimeException e) {
            // It ends by force below; the test has its result already.
        }
        clean();
        Runtime.getRuntime().removeShutdownHook(lastResort);
    }

    /** One tab. Each command brings it to the front first. */
    public final class Tab {
        private final String handle;

        private Tab(String handle) {
            this.handle = handle;
        }

        /** Presses the keys of {@code text} in the first element that matches {@code css}. */
        public void press(String css, String text) {
            post("/element/" + find(css) + "/value", Map.of("text", text));
        }

        /** Types {@code text} into the field that matches {@code css}, in place of its content. */
        public void type(String css, String text) {
            post("/element/" + find(css) + "/clear", Map.of());
            press(css, text);
        }

        /** Clicks on the first element that matches {@code css}. */
        public void click(String css) {
            post("/element/" + find(css) + "/click", Map.of());
        }

        /** {@return the value of the JavaScript {@code expression} in the page} */
        public JsonNode value(String expression) {
            return post("/execute/sync", Map.of("script", "return " + expression, "args", List.of()));
        }

        /** {@return the text of each element that matches {@code css}, visible or not} */
        public List<String> texts(String css) {
            List<String> texts = new ArrayList<>();
            value("Array.from(document.querySelectorAll('" + css + "'), e => e.textContent)")
                    .forEach(text -> texts.add(text.asText()));
            return texts;
        }

        /**
         * Gives the tab a size in CSS pixels, as a phone if it is narrow, and a colour scheme ({@code light}, {@code
         * dark}).
         */
        public void look(int width, int height, String scheme) {
            devtools("Emulation.setDeviceMetricsOverride",
                    Map.of("width", width, "height", height, "deviceScaleFactor", 2, "mobile", width < 600));
            devtools("Emulation.setEmulatedMedia",
                    Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
        }

        /** Makes the browser tell the tab that the network is away, or back. */
        public void offline(boolean offline) {
            devtools("Network.emulateNetworkConditions", Map.of("offline", offline, "latency", 0,
                    "downloadThroughput", -1, "uploadThroughput", -1));
        }

        /** Freezes the tab, as a browser does with one that was not looked at for long, or wakes it up. */
        public void freeze(boolean frozen) {
            devtools("Page.setWebLifecycleState", Map.of("state", frozen ? "frozen" : "active"));
        }

        /** Writes what the tab shows to {@code file}, as PNG. */
        public void screenshot(Path file) throws IOException {
            post("/window", Map.of("handle", handle));
            Files.createDirectories(file.getParent());
            Files.write(file, Base64.getDecoder().decode(get("/screenshot").asText()));
        }

        private String find(String css) {
            return post("/element", Map.of("using", "css selector", "value", css)).get(ELEMENT).asText();
        }

        private void devtools(String command, Map<String, ?> parameters) {
            post("/goog/cdp/execute", Map.of("cmd", command, "params", parameters));
        }

        private JsonNode post(String path, Map<String, ?> body) {
            Browser.this.post("/window", Map.of("handle", handle));
            return Browser.this.post(path, body);
        }
    }

    /**
     * No sandbox, because it seldom works in containers and only our own pages are loaded; and no use of the network.
     */
    private Map<String, ?> capabilities(Path chromium) {
        List<String> arguments = List.of("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
                "--disable-sync", "--user-data-dir=" + folder.resolve("profile"));
        Map<String, ?> options = Map.of("binary", chromium.toString(), "args", arguments);
        return Map.of("capabilities", Map.of("alwaysMatch", Map.of("goog:chromeOptions", options)));
    }

    private URI at(String path) {
        return URI.create(session + path);
    }

    private JsonNode get(String path) {
        return call("GET", at(path), "");
    }

    private JsonNode post(String path, Map<String, ?> body) {
        return call("POST", at(path), json.valueToTree(body).toString());
    }

    private JsonNode call(String method, URI uri, String body) {
        try {
            HttpRequest request = HttpRequest.newBuilder(uri)
                    .timeout(COMMAND_LIMIT)
                    .header("Content-Type", "application/json; charset=utf-8")
                    .method(method, HttpRequest.BodyPublishers.ofString(body))
                    .build();
            HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
            JsonNode value = json.readTree(response.body()).path("value");
            if (response.statusCode() != 200) {
                throw new IllegalStateException("%s %s: %s: %s".formatted(method, uri.getPath(),
                        value.path("error").asText(), value.path("message").asText()));
            }
            return value;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the browser was busy", e);
        }
    }

    private static String port(Path output) {
        return await().atMost(START_LIMIT).until(() -> {
            Matcher started = STARTED.matcher(Files.readString(output));
            return started.find() ? started.group(1) : null;
        }, port -> port != null);
    }

    private void clean() {
        List<ProcessHandle> all = Stream.concat(driver.descendants(), Stream.of(driver.toHandle())).toList();
        driver.destroy();
        try {
            driver.waitFor(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        all.forEach(ProcessHandle::destroyForcibly);
        delete(folder);
    }

    private static Optional<Path> onPath(String program) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .map(directory -> Path.of(directory, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (IOException | UncheckedIOException e) {
            // A browser that was just killed may still write; its files are left in the temporary folder.
        }
    }
}
