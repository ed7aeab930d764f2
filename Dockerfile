# The page in a container: docker build -t faceweb .
# With an NVIDIA GPU: docker build --build-arg REQUIREMENTS=requirements-gpu.txt -t faceweb .
FROM python:3.11-slim

ARG REQUIREMENTS=requirements.txt
ENV PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    FACEWEB_HOST=0.0.0.0 \
    FACEWEB_PORT=7860 \
    FACEWEB_LOG_JSON=yes \
    FACEWEB_DATA_DIR=/data \
    KERAS_HOME=/data/keras \
    TFHUB_CACHE_DIR=/data/tfhub

# The galleries outlive the container in a volume, which nobody but this user can read.
RUN useradd --create-home --uid 1000 faceweb && install -d -m 700 -o faceweb -g faceweb /data
WORKDIR /app
# What is installed changes less often than the code, so it is a layer of its own.
COPY requirements.txt requirements-gpu.txt ./
RUN pip install -r ${REQUIREMENTS}
COPY app.py ./
COPY faceweb faceweb
COPY assets assets

USER faceweb
VOLUME /data
EXPOSE 7860
# Models take up to half a minute to warm on two cores.
HEALTHCHECK --interval=30s --timeout=10s --start-period=120s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"FACEWEB_PORT\"]}/healthz', timeout=9)"]
# Of this form, SIGTERM reaches the page itself.
STOPSIGNAL SIGTERM
CMD ["python", "app.py"]
