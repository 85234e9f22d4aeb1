package io.techops.broadcast.tyrus;

import static io.techops.broadcast.tyrus.PageServer.header;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files are edited while they are served. A version is one letter, repeated; its length tells the letter. */
class PageChangeTest {

    @TempDir
    Path root;
    private Path file;
    private PageServer server;

    @BeforeEach
    void start() {
        file = root.resolve("page.txt");
        server = PageServer.of(Pages.folder(root));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static String version(int n, int unit) {
        return String.valueOf((char) ('a' + n % 26)).repeat(unit * (1 + n % 26));
    }

    private static void replace(Path file, String text) throws IOException {
        Path next = Files.writeString(file.resolveSibling("next.tmp"), text);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    }

    @Nested
    class AfterAChange {

        @ParameterizedTest
        @ValueSource(ints = {1, 1_000, 60_000})
        void inPlaceTheNextRequestGetsTheNewVersionWhole(int unit) throws Exception {
            for (int i = 0; i < 50; i++) {
                String text = version(i * 7, unit);
                Files.writeString(file, text);
                HttpResponse<String> response = server.get("/page.txt");
                assertThat(response.body().equals(text)).as("version %d", i).isTrue();
                assertThat(header(response, "content-length")).isEqualTo(Integer.toString(text.length()));
            }
        }

        @ParameterizedTest
        @ValueSource(ints = {1, 1_000, 60_000})
        void byReplacementTheNextRequestGetsTheNewVersionWhole(int unit) throws Exception {
            for (int i = 0; i < 50; i++) {
                String text = version(i * 7, unit);
                replace(file, text);
                assertThat(server.get("/page.txt").body().equals(text)).as("version %d", i).isTrue();
            }
        }

        @ParameterizedTest
        @ValueSource(ints = {10, 200_000})
        void ofTheSameLengthTheOldTagIsNotGoodAnyMore(int length) throws Exception {
            for (int i = 0; i < 20; i++) {
                Files.writeString(file, "a".repeat(length));
                HttpResponse<String> before = server.get("/page.txt");
                Files.writeString(file, "b".repeat(length));
                String tag = before.headers().firstValue("etag").orElse("\"none\"");
                String date = before.headers().firstValue("last-modified").orElse("none");
                assertThat(server.get("/page.txt", "If-None-Match", tag).body()).startsWith("b").hasSize(length);
                assertThat(server.get("/page.txt", "If-Modified-Since", date).body()).startsWith("b");
            }
        }
    }

    @Nested
    class WhileItIsChanged {

        private void inTheMeantime(Edit edit, Check check) throws Exception {
            edit.make(0);
            AtomicBoolean over = new AtomicBoolean();
            ExecutorService other = Executors.newSingleThreadExecutor();
            try {
                CountDownLatch begun = new CountDownLatch(1);
                Future<Integer> editor = other.submit(() -> {
                    int n = 1;
                    for (; !over.get(); n++) {
                        edit.make(n);
                        begun.countDown();
                    }
                    return n;
                });
                try {
                    await().until(() -> begun.getCount() == 0 || editor.isDone());
                    for (int i = 0; i < 50; i++) {
                        check.run();
                    }
                } finally {
                    over.set(true);
                }
                assertThat(editor.get()).as("edits").isGreaterThan(1);
            } finally {
                other.shutdownNow();
            }
        }

        @ParameterizedTest
        @ValueSource(ints = {10, 1_000, 60_000})
        void byReplacementEveryAnswerIsOneVersion(int unit) throws Exception {
            inTheMeantime(n -> replace(file, version(n, unit)), () -> {
                HttpResponse<String> response = server.get("/page.txt");
                String body = response.body();
                assertThat(response.statusCode()).isEqualTo(200);
                assertThat(header(response, "content-length")).isEqualTo(Integer.toString(body.length()));
                assertThat(body.equals(version(body.length() / unit - 1, unit))).as("one version").isTrue();
            });
        }

        /** Growing and shrinking under the reader: what is announced is what comes, or the connection ends before. */
        @Test
        void inPlaceAnAnswerIsAsLongAsItSaysOrBrokenOff() throws Exception {
            int[] whole = new int[1];
            inTheMeantime(n -> Files.writeString(file, version(n * 7, 60_000)), () -> {
                PageServer.Answer answer;
                try {
                    answer = server.raw("/page.txt");
                } catch (EOFException | SocketException e) {
                    return; // broken off before its head: the file was cut short before its first byte was read
                }
                int length = Integer.parseInt(answer.headers().get("content-length"));
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.body().length).isLessThanOrEqualTo(length);
                whole[0] += answer.body().length == length ? 1 : 0;
            });
            assertThat(whole[0]).as("whole answers").isPositive();
        }

        @Test
        void inPlaceASmallPageIsNeverBrokenOff() throws Exception {
            inTheMeantime(n -> Files.writeString(file, version(n * 7, 1_000)), () -> {
                PageServer.Answer answer = server.raw("/page.txt");
                assertThat(answer.body()).hasSize(Integer.parseInt(answer.headers().get("content-length")));
            });
        }

        @Test
        void andGoneForAMomentItIsThereOrMissing() throws Exception {
            inTheMeantime(n -> {
                Files.deleteIfExists(file);
                Files.writeString(file, "x".repeat(100_000));
            }, () -> assertThat(server.get("/page.txt").statusCode()).isIn(200, 404));
        }
    }

    /** Writes version {@code n}. */
    private interface Edit {
        void make(int n) throws IOException;
    }

    /** Asks once. */
    private interface Check {
        void run() throws Exception;
    }
}
