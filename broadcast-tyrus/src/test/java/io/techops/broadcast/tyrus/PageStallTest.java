package io.techops.broadcast.tyrus;

import static io.techops.broadcast.tyrus.PageServer.header;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.testing.TestRun;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Large files and slow readers. */
class PageStallTest {

    private static final int LENGTH = 50_000_000;
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final Duration PATIENCE = TestRun.LIMIT;

    @TempDir
    static Path root;
    private static long checksum;

    private final List<Socket> readers = new ArrayList<>();

    @BeforeAll
    static void write() throws IOException {
        CRC32 crc = new CRC32();
        try (OutputStream out = new CheckedOutputStream(Files.newOutputStream(root.resolve("large.bin")), crc)) {
            byte[] block = new byte[50_000];
            for (int i = 0; i < LENGTH / block.length; i++) {
                Arrays.fill(block, (byte) (i * 31));
                block[i % block.length] = 1;
                out.write(block);
            }
        }
        checksum = crc.getValue();
        Files.writeString(root.resolve("small.txt"), "small");
    }

    @AfterEach
    void closeReaders() throws IOException {
        for (Socket reader : readers) {
            reader.close();
        }
    }

    private static PageServer server(Duration stallTimeout) {
        return PageServer.of(Pages.folder(root), stallTimeout);
    }

    /** Asks for the large file, and leaves the response where it is. */
    private Socket reader(PageServer server) throws IOException {
        Socket socket = new Socket();
        readers.add(socket);
        socket.setReceiveBufferSize(64 << 10);
        socket.setSoTimeout((int) TestRun.LIMIT.toMillis());
        socket.connect(new InetSocketAddress("127.0.0.1", server.port()));
        socket.getOutputStream().write("GET /large.bin HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
                .getBytes(StandardCharsets.ISO_8859_1));
        return socket;
    }

    private static void isCut(Socket reader) {
        await().until(() -> {
            try {
                reader.getOutputStream().write(' ');
                return false;
            } catch (SocketException e) {
                return true;
            }
        });
    }

    private static long openFiles() throws IOException {
        Path own = Path.of("/proc/self/fd");
        Assumptions.assumeTrue(Files.isDirectory(own), "open files are listed only by Linux");
        try (Stream<Path> files = Files.list(own)) {
            return files.filter(file -> {
                try {
                    return Files.readSymbolicLink(file).endsWith("large.bin");
                } catch (IOException e) {
                    return false; // closed since it was listed
                }
            }).count();
        }
    }

    @Nested
    class ALargeFile {

        @Test
        void comesWholeAndMoreThanOnceOnAConnection() throws Exception {
            try (PageServer server = server(LONG)) {
                for (int i = 0; i < 3; i++) {
                    HttpResponse<InputStream> response = PageServer.CLIENT.send(server.request("/large.bin").build(),
                            HttpResponse.BodyHandlers.ofInputStream());
                    CheckedInputStream in = new CheckedInputStream(response.body(), new CRC32());
                    assertThat(in.transferTo(OutputStream.nullOutputStream())).isEqualTo(LENGTH);
                    assertThat(in.getChecksum().getValue()).isEqualTo(checksum);
                    assertThat(header(response, "content-length")).isEqualTo(Integer.toString(LENGTH));
                }
                await().until(() -> openFiles() == 0);
            }
        }

        @Test
        void comesInParts() throws Exception {
            try (PageServer server = server(LONG)) {
                HttpResponse<String> end = server.get("/large.bin", "Range", "bytes=-100000");
                assertThat(end.statusCode()).isEqualTo(206);
                assertThat(header(end, "content-length")).isEqualTo("100000");
                assertThat(header(end, "content-range")).isEqualTo("bytes 49900000-49999999/50000000");
            }
        }

        @Test
        void takesLittleMemoryHoweverManyReadIt() throws Exception {
            try (PageServer server = server(LONG)) {
                server.get("/large.bin", "Range", "bytes=0-0");
                long before = used();
                for (int i = 0; i < 12; i++) {
                    new DataInputStream(reader(server).getInputStream()).readFully(new byte[1 << 20]);
                }
                assertThat(used() - before).as("bytes for 12 readers of 50 MB").isLessThan(12 << 20);
            }
        }

        private long used() {
            System.gc();
            return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
        }
    }

    @Nested
    class AReaderThatStops {

        @Test
        void holdsUpNobodyElse() throws Exception {
            try (PageServer server = server(LONG)) {
                for (int i = 0; i < 60; i++) {
                    reader(server).getInputStream().read();
                }
                for (int i = 0; i < 100; i++) {
                    assertThat(server.get("/small.txt").body()).isEqualTo("small");
                }
                assertThat(server.get("/large.bin", "Range", "bytes=0-999999").body()).isNotEmpty();
            }
        }

        @Test
        void isCutAfterTheStallTimeout() throws Exception {
            Duration stallTimeout = Duration.ofSeconds(1);
            try (PageServer server = server(stallTimeout)) {
                long start = System.nanoTime();
                Socket reader = reader(server);
                isCut(reader);
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(stallTimeout);
                await().until(() -> openFiles() == 0);
                assertThat(server.get("/small.txt").body()).isEqualTo("small");
            }
        }

        @Test
        void isCutEvenIfItTookSomeAtFirst() throws Exception {
            try (PageServer server = server(Duration.ofSeconds(3))) {
                Socket reader = reader(server);
                while (!takesSome(reader)) { // until this machine does so in time
                    reader = reader(server);
                }
                isCut(reader);
            }
        }

        private boolean takesSome(Socket reader) {
            try {
                new DataInputStream(reader.getInputStream()).readFully(new byte[10 << 20]);
                return true;
            } catch (IOException e) {
                return false;
            }
        }

        @Test
        void andLeavesGivesItsFileBack() throws Exception {
            try (PageServer server = server(LONG)) {
                for (int i = 0; i < 20; i++) {
                    Socket reader = reader(server);
                    reader.getInputStream().read();
                    reader.setSoLinger(true, 0);
                    reader.close();
                }
                await().until(() -> openFiles() == 0);
                assertThat(server.get("/small.txt").body()).isEqualTo("small");
            }
        }
    }

    @Nested
    class AReaderThatIsSlow {

        @Test
        void getsItAllHoweverLongItTakes() throws Exception {
            ScheduledExecutorService pace = Executors.newSingleThreadScheduledExecutor();
            Duration stallTimeout = Duration.ofSeconds(6);
            try (PageServer server = server(stallTimeout)) {
                DataInputStream in = new DataInputStream(reader(server).getInputStream());
                long start = System.nanoTime();
                long[] taken = new long[1];
                ScheduledFuture<?> end = pace.scheduleAtFixedRate(() -> {
                    try {
                        taken[0] += in.readNBytes(1 << 20).length;
                        if (taken[0] > LENGTH) {
                            throw new EOFException();
                        }
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                }, 0, 150, TimeUnit.MILLISECONDS);
                assertThat(catchThrowableOfType(ExecutionException.class,
                        () -> end.get())).hasRootCauseInstanceOf(EOFException.class);
                assertThat(taken[0]).isBetween((long) LENGTH + 100, (long) LENGTH + 1_000);
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(stallTimeout);
            } finally {
                pace.shutdownNow();
            }
        }
    }

    @Nested
    class AFileThatGetsShorterOnTheWay {

        @Test
        void endsTheConnectionSoThatNobodyTakesAPartForTheWhole() throws Exception {
            Path file = root.resolve("shrinking.bin");
            Files.copy(root.resolve("large.bin"), file);
            try (PageServer server = server(LONG); Socket socket = new Socket("127.0.0.1", server.port())) {
                socket.setSoTimeout((int) TestRun.LIMIT.toMillis());
                socket.getOutputStream().write("GET /shrinking.bin HTTP/1.1\r\nHost: x\r\n\r\n"
                        .getBytes(StandardCharsets.ISO_8859_1));
                socket.getInputStream().readNBytes(1_000);
                Files.writeString(file, "short");
                long count = 1_000;
                try {
                    count += socket.getInputStream().transferTo(OutputStream.nullOutputStream());
                } catch (SocketException e) {
                    // a reset says the same
                }
                assertThat(count).isLessThan(LENGTH);
            }
        }
    }
}
