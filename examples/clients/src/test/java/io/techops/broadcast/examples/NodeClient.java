package io.techops.broadcast.examples;

import io.techops.broadcast.Message;
import io.techops.broadcast.testing.Installed;
import io.techops.broadcast.testing.TestRun;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** The client {@code ws} of Node, in a process: a message is a line of the process in either direction. */
final class NodeClient extends OtherClient {

    /** Where Debian's package {@code node-ws} is, and whatever the environment names beside. */
    private static final String PATH = "/usr/share/nodejs:" + System.getenv().getOrDefault("NODE_PATH", "");
    private static final String REQUIRED = "BROADCAST_REQUIRE_NODE";

    private static final String PROGRAM = """
            const WebSocket = require("ws");
            const ws = new WebSocket(process.argv[1]);
            const line = (...words) => console.log(words.join(" "));
            ws.on("open", () => line("open", ws.extensions));
            ws.on("message", (data, isBinary) => line(isBinary ? "binary" : "text", data.toString("base64")));
            ws.on("error", error => line("ended", error));
            ws.on("close", (code, reason) => line("ended", code, reason));
            require("readline").createInterface({ input: process.stdin }).on("line", line => {
              const [kind, ...parts] = line.split(" ");
              parts.forEach((part, i) => ws.send(Buffer.from(part, "base64"),
                { binary: kind === "binary", fin: i === parts.length - 1, compress: true }));
            }).on("close", () => ws.terminate());
            """;

    private final Process process;
    private final PrintStream in;

    NodeClient(URI uri) throws Exception {
        process = node(PROGRAM, uri.toString()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        in = new PrintStream(process.getOutputStream(), true, StandardCharsets.US_ASCII);
        Thread reader = new Thread(this::read, "node-client");
        reader.setDaemon(true);
        reader.start();
        Message first = next();
        if (!first.equals(Message.text("open permessage-deflate"))) {
            close();
            throw new IllegalStateException("the extension was not accepted: " + ((Message.Text) first).text());
        }
    }

    /** Skips the test with the reason if the machine lacks something; fails it if the environment requires it. */
    static void orSkip() throws Exception {
        Installed.orSkip("node", REQUIRED);
        Process found = node("require('ws')").redirectError(ProcessBuilder.Redirect.DISCARD).start();
        found.getOutputStream().close();
        if (!found.waitFor(TestRun.LIMIT.toSeconds(), TimeUnit.SECONDS) || found.exitValue() != 0) {
            found.destroyForcibly();
            if ("true".equals(System.getenv(REQUIRED))) {
                throw new IllegalStateException("Node finds no ws in " + PATH + ", and " + REQUIRED + " is true");
            }
            Assumptions.abort("Node finds no ws (Debian: node-ws), and " + REQUIRED + " is not true");
        }
    }

    private static ProcessBuilder node(String program, String... arguments) {
        ProcessBuilder builder = new ProcessBuilder("node", "-e", program, "--");
        builder.command().addAll(List.of(arguments));
        builder.environment().put("NODE_PATH", PATH);
        return builder;
    }

    private void read() {
        try (BufferedReader out = new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                String[] words = line.split(" ", 2);
                switch (words[0]) {
                    case "text" -> heard(Message.utf8(bytes(words[1])));
                    case "binary" -> heard(Message.binary(bytes(words[1])));
                    default -> heard(Message.text(line));
                }
            }
        } catch (IOException e) {
            ended(e);
        }
    }

    private static ByteBuffer bytes(String base64) {
        return ByteBuffer.wrap(Base64.getDecoder().decode(base64));
    }

    @Override
    void send(Message message, int fragments) {
        StringBuilder line = new StringBuilder(message instanceof Message.Text ? "text" : "binary");
        for (ByteBuffer part : split(message, fragments)) {
            byte[] bytes = new byte[part.remaining()];
            part.get(bytes);
            line.append(' ').append(Base64.getEncoder().encodeToString(bytes));
        }
        in.println(line);
    }

    @Override
    public void close() {
        in.close();
        try {
            if (!process.waitFor(TestRun.LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("the process did not end");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
