package io.techops.broadcast.containers;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.endpoint.BroadcastEndpoint;
import io.techops.broadcast.testing.TestRun;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;

/** The script for browsers, which servlet containers serve from the endpoint's jar. */
final class BrowserScript {

    /** The folder of a jar that servlet containers serve (Jakarta Servlet 6.1 section 4.6). */
    static final String RESOURCES = "META-INF/resources";
    private static final String NAME = "broadcast.js";

    private BrowserScript() {
    }

    private static byte[] bytes() throws IOException {
        try (InputStream in = BroadcastEndpoint.class.getResourceAsStream("/" + RESOURCES + "/" + NAME)) {
            return in.readAllBytes();
        }
    }

    /** {@return a new web application in {@code base}, with a library that has the script as the endpoint's jar has} */
    static Path application(Path base) throws IOException {
        Path folder = base.resolve("application");
        Path libraries = Files.createDirectories(folder.resolve("WEB-INF/lib"));
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(libraries.resolve("endpoint.jar")))) {
            for (String directory : new String[] {"META-INF/", RESOURCES + "/"}) {
                jar.putNextEntry(new ZipEntry(directory));
            }
            jar.putNextEntry(new ZipEntry(RESOURCES + "/" + NAME));
            jar.write(bytes());
        }
        return folder;
    }

    /** Asks for it below {@code path} of the container at {@code port}. */
    static void isServed(int port, String path) throws IOException, InterruptedException {
        HttpResponse<byte[]> response = HttpClient.newHttpClient().send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path + NAME)).timeout(TestRun.LIMIT)
                        .build(), BodyHandlers.ofByteArray());
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).as("a media type of RFC 9239").get().asString()
                .matches("(text|application)/javascript(;.*)?");
        assertThat(response.body()).isEqualTo(bytes());
    }
}
