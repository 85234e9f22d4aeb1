package io.techops.broadcast.tyrus;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * The process of {@link SoakServer}. It ends when it is closed, or when this process does.
 */
final class SoakChild implements AutoCloseable {

    private final Process process;
    private final Writer in;
    private final BufferedReader out;
    private final int port;

    SoakChild() throws IOException {
        process = new ProcessBuilder(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m", "-Djava.util.logging.config.file=" + System.getProperty("java.util.logging.config.file"),
                "-cp", System.getProperty("java.class.path"), SoakServer.class.getName()))
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        in = process.outputWriter(StandardCharsets.UTF_8);
        out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String first = out.readLine();
        if (first == null || !first.startsWith(SoakServer.LISTENING)) {
            process.destroyForcibly();
            throw new IOException("the server of the soak did not start: " + first);
        }
        port = Integer.parseInt(first.substring(SoakServer.LISTENING.length()));
    }

    int port() {
        return port;
    }

    private synchronized String ask(String line) throws IOException {
        in.write(line + "\n");
        in.flush();
        String answer = out.readLine();
        if (answer == null) {
            throw new IOException("the server of the soak has ended");
        }
        return answer;
    }

    /** Lets the host broadcast so many long messages. */
    void bulk(int count) throws IOException {
        ask(SoakServer.BULK + count);
    }

    /** {@return what the server knows of itself, the heap after a collection} */
    Map<String, Long> figures() throws IOException {
        return figures(SoakServer.FIGURES);
    }

    /** {@return what the server has counted, without its resources} */
    Map<String, Long> counts() throws IOException {
        return figures(SoakServer.COUNTS);
    }

    private Map<String, Long> figures(String which) throws IOException {
        Map<String, Long> figures = new TreeMap<>();
        for (String word : ask(which).split(" ")) {
            int at = word.indexOf('=');
            if (at > 0) {
                figures.put(word.substring(0, at), Long.parseLong(word.substring(at + 1)));
            }
        }
        return figures;
    }

    /** Closes the server. {@return the process's exit code} */
    int end() throws IOException, InterruptedException {
        in.close();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new IOException("the server of the soak does not end");
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
