"""Measure what few labels are worth: ``python -m mirlab.fewlabels`` writes data/results/few-labels.json."""

from threadpoolctl import threadpool_limits
from tqdm import tqdm

from mirlab.fewlabels import study


def main():
    """Run the study, with a line of progress."""
    with threadpool_limits(limits=1), tqdm(total=0) as bar:

        def tell(done, total, what):
            bar.total, bar.n = total, done
            bar.set_description(what)

        study.run(progress=tell)


if __name__ == "__main__":
    main()
