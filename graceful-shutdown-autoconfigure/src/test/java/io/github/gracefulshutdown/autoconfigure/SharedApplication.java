package io.github.gracefulshutdown.autoconfigure;

import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The application that the tests of a class share, because most of their time would go
 * into starting one each. A test may drain it, which is undone at its end, and may close
 * it, so that the next test starts another; one that needs other properties has an
 * application of its own.
 */
public final class SharedApplication implements AfterEachCallback, AfterAllCallback {

	private final Function<String[], WebApplication> start;

	private @Nullable WebApplication shared;

	private @Nullable WebApplication own;

	public SharedApplication(Function<String[], WebApplication> start) {
		this.start = start;
	}

	/** Returns the application of this test. */
	public WebApplication get() {
		if (this.own != null) {
			return this.own;
		}
		WebApplication current = (this.shared != null) ? this.shared : this.start.apply(new String[0]);
		this.shared = current;
		return current;
	}

	/** Gives this test an application of its own, from now on. */
	public WebApplication startOwn(String... properties) {
		WebApplication started = this.start.apply(properties);
		this.own = started;
		return started;
	}

	@Override
	public void afterEach(ExtensionContext context) {
		if (this.own != null) {
			this.own.close();
			this.own = null;
		}
		if (this.shared != null && !this.shared.serveAgain()) {
			this.shared.close();
			this.shared = null;
		}
	}

	@Override
	public void afterAll(ExtensionContext context) {
		if (this.shared != null) {
			this.shared.close();
		}
	}

}
