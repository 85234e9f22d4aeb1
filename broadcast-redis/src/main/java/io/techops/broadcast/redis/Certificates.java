package io.techops.broadcast.redis;

import io.lettuce.core.SslOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Objects;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** The TLS options of a connection: from PEM files, or from key and trust managers of the application. */
final class Certificates {

    private Certificates() {
    }

    /**
     * {@return the file, if it has a certificate}
     *
     * @throws IllegalArgumentException if the file cannot be read or has no certificate; the message names the setting
     */
    static Path checked(String setting, Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            if (!CertificateFactory.getInstance("X.509").generateCertificates(in).isEmpty()) {
                return file;
            }
        } catch (IOException | CertificateException invalid) {
            throw new IllegalArgumentException(setting + " must be a PEM file of certificates: " + file, invalid);
        }
        throw new IllegalArgumentException(setting + " must have a certificate: " + file);
    }

    /** {@return the options with managers and parameters of the application} */
    static SslOptions options(KeyManagerFactory keys, TrustManagerFactory trust, SSLParameters parameters) {
        SslOptions.Builder options = SslOptions.builder().jdkSslProvider()
                .keyManager(Objects.requireNonNull(keys, "keys"))
                .trustManager(Objects.requireNonNull(trust, "trust"));
        if (parameters.getProtocols() != null) {
            options.protocols(parameters.getProtocols());
        }
        if (parameters.getCipherSuites() != null) {
            options.cipherSuites(parameters.getCipherSuites());
        }
        return options.build();
    }

    /** {@return the options with PEM files; null if no file is set} */
    static @Nullable SslOptions options(@Nullable Path trusted, @Nullable Path certificate, @Nullable Path key) {
        if (trusted == null && certificate == null) {
            return null;
        }
        SslOptions.Builder options = SslOptions.builder().jdkSslProvider();
        if (trusted != null) {
            options.trustManager(trusted.toFile());
        }
        if (certificate != null && key != null) {
            options.keyManager(certificate.toFile(), key.toFile(), new char[0]);
        }
        return options.build();
    }
}
