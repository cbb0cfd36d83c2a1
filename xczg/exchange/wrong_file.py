"""What a file may hold at most, and the one refusal of a file as a whole."""

from dataclasses import dataclass


class WrongFileError(ValueError):
    """The file as a whole cannot be read; the message is one Chinese sentence for the person who sent it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of an uploaded workbook; `max_cells` bounds the grid the reader builds in memory."""

    max_bytes: int = 10 * 1024 * 1024
    max_rows: int = 50_000
    max_columns: int = 256
    max_cells: int = 3_000_000
    max_unpacked: int = 200 * 1024 * 1024

    def check_grid(self, rows: int, columns: int) -> None:
        """Refuse a sheet that reaches too far down or to the right."""
        if rows > self.max_rows:
            msg = f"工作表超过{self.max_rows}行，请拆分后分次导入，或删除表格下方多余的内容。"
            raise WrongFileError(msg)
        if columns > self.max_columns:
            msg = f"工作表超过{self.max_columns}列，请删除表格右侧多余的内容后再导入。"
            raise WrongFileError(msg)
        if rows * columns > self.max_cells:
            msg = "工作表范围过大，请删除表格下方和右侧多余的内容后再导入。"
            raise WrongFileError(msg)


CORRUPT = "文件已损坏或不完整，请用Excel重新保存后再导入。"
NOT_A_WORKBOOK = "文件不是可识别的表格，请导入Excel工作簿（.xlsx、.xls）或CSV文件。"
MACROS = "文件含有宏，不予接收，请另存为不含宏的Excel工作簿（.xlsx）后再导入。"
ENCRYPTED = "文件已加密或设有打开密码，请取消密码后再导入。"
